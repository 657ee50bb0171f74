"""The command line: a door for operators and officers. Must never construct or decide."""
