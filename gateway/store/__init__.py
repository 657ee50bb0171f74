"""Statements in, domain values out. The only room that speaks SQL; must never decide anything."""
