"""The ledger: an append-only Merkle log in C2SP form. Must never know the gateway, the policies or a person."""
