"""Lists of invented people with known places of every identifier: what the scan is marked by.

Numbers are made by arithmetic of their own or by python-stdnum, never by the scan's. All of it is drawn from seeds
and lives in memory only. Must never import the scan, except in `marks.py`, which reads its findings.
"""
