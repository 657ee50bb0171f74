"""Keys, seals, blind indexes and tokens: what keeps customer data shut, and the one way it opens.

Must never log, print or pickle a key or a plaintext, and never import another instrument.
"""
