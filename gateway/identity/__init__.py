"""Who somebody is: API keys of tools, passwords and sessions of officers, links of customers.

Must never keep a secret that it can check by a digest, and never say which half of a credential was wrong.
"""
