"""The law as data, and the shared words. Must never know the gateway, a database or a person."""
