"""The named errors of the program."""


class BuildError(Exception):
    """Something could not be built or started; the message is Chinese and says what to do."""
