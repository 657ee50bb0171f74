"""Outgoing mail: letters composed in the reader's language, handed to the one server that the operator named.

Must never know a person or a consent: it gets words and an address, and forgets both.
"""
