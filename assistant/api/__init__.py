"""The HTTP API: thin routes over the turn and the live library."""
