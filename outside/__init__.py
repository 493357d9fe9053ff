"""What lies outside the assistant: the systems it asks and files to, and a reference server that stands in for them."""
