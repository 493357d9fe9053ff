"""What is kept of a conversation from one turn to the next."""

from pydantic import BaseModel, ConfigDict

from knowledge.vocabulary import Facet


class Context(BaseModel):
    """The thread: what was answered last, and what was asked back. Stored with the conversation."""

    model_config = ConfigDict(frozen=True)

    subject: str | None = None
    facets: tuple[Facet, ...] = ()
    options: tuple[str, ...] = ()
    """Subjects offered in the last turn; empty when nothing is open."""
    asked_facets: tuple[Facet, ...] = ()
    """Facets of the question that the options are for: it is answered once one is picked."""
    region: str | None = None
    audience: str = "citizen"


class Intent(BaseModel):
    """What the dialogue engine makes of a message."""

    model_config = ConfigDict(frozen=True)

    name: str
    confidence: float

    @property
    def facet(self) -> Facet | None:
        """The facet that an ask_<facet> intent names."""
        value = self.name.removeprefix("ask_")
        return Facet(value) if self.name.startswith("ask_") and value in set(Facet) else None


NO_INTENT = Intent(name="", confidence=0.0)
"""When the dialogue engine was not asked or did not answer."""
