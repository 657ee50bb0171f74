"""The door for marketing tools: /v1, the public log, health.

Bytes in, bytes out; must never decide or reach a store.
"""
