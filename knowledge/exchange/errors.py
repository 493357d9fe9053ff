"""The one error of this package."""


class ExchangeError(Exception):
    """A file, a mapping or a draft cannot be used; the message is Chinese and says what to do."""
