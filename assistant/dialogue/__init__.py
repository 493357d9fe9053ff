"""Rasa, reached through one small client. Replaceable and killable."""
