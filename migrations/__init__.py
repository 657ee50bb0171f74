"""The only way the schema changes. Each migration only adds what the running code can live with; removal comes a release later."""
