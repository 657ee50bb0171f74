"""The officers' door: server-rendered pages under /console.

Must never show personal data in clear, change anything on a GET, reach past the flows, or load anything from
another host.
"""

from gateway.console.rooms import router

__all__ = ["router"]
