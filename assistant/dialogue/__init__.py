"""Rasa, reached through one small client and kept alive by one supervisor. Replaceable and killable."""
