"""Training data and components of Rasa. The components run in Rasa's own runtime (Python 3.10)."""
