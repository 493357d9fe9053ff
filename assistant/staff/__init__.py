"""People who work here: accounts, roles, sessions, and what they did."""
