"""What maintainers and leaders do: the gaps, the entries, their publication."""
