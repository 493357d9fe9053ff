"""What departments hand in, and what they get back: files in, drafts out, and the same files again."""
