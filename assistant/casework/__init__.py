"""What the assistant does for people: looks a case up, files with 12345, takes a rating. Each is a form of a few questions."""
