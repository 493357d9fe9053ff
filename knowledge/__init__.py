"""The knowledge: reviewed YAML files, and what reads, checks and compiles them."""
