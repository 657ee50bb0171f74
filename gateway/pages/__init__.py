"""The pages that customers see: a way out that works for everybody.

Must never change anything by being looked at, and never load anything from elsewhere.
"""

from gateway.pages.opt_out import router

__all__ = ["router"]
