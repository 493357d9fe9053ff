"""From words to a published entry: candidates, one confidence, a decision, the entry's own text."""
