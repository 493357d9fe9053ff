"""Conversations and turns in SQLite, or PostgreSQL by URL."""
