"""How a call to an outside system can fail. The texts are English, for logs and operators; none holds what was sent."""


class OutsideError(Exception):
    """An outside system did not do what it was asked to."""

    def __init__(self, system: str, cause: str) -> None:
        super().__init__(f"{system}: {cause}")
        self.system = system
        self.cause = cause


class OutsideUnavailable(OutsideError):
    """Down, slow, answering rubbish or 5xx, not letting us in, or not asked because it failed a moment ago.

    Whether a filing arrived is not known; filing it again with the same key is safe.
    """


class OutsideRefused(OutsideError):
    """It understood and will not (4xx): asking again gives the same.

    `reason` is its own words, at most 200 characters. They may repeat what was sent: mask them before they are
    stored or logged.
    """

    def __init__(self, system: str, cause: str, reason: str = "") -> None:
        super().__init__(system, cause)
        self.reason = reason
