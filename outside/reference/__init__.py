"""The reference server: every outside system in one small program, on sample data.

It makes everything work out of the box, and it is what a county compares its own system with. It is no county's
system: it forgets the contact of a work order and answers nothing about real people.
"""
