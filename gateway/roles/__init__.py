"""Who may ask for what: Casbin policies, compiled once a version. Must never be asked a row at a time."""
