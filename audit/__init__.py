"""The ledger: an append-only Merkle log in C2SP form. Must never know gateway, policies or a person."""
