"""Ostiary: the only door to customer data."""

__version__ = "0.1.0"
