"""The sample lists that the demonstration and the tests use: invented people, real encodings, real defects.

Must never hold a real person's address: e-mail domains are reserved (RFC 2606), phone numbers come from
ranges kept for fiction or never handed out where a country has one, all other numbers are drawn at random.
"""
