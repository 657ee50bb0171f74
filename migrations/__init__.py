"""The only way the schema changes. Must never take away what the release before still uses."""
