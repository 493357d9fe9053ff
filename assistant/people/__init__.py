"""Conversations handed to people: kept in the database, outside of the dialogue engine."""
