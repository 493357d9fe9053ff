"""The assistant: the turn, answering, dialogue, storage and the HTTP API."""
