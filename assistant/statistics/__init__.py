"""Figures of a period, as charts and papers: what leaders read."""
