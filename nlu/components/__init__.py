"""Components of Rasa's pipeline."""
