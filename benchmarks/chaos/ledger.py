"""What the simulated people said, and what they were told: the truth that the databases are held against."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """Written by the crowd while it works, read by the verdict at the end."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """Turns by outcome, every citizen turn once."""
    degraded: int = 0
    resent: int = 0
    """Requests that were sent again because no answer came."""
    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Everything that a citizen said to a person, by conversation, in order; each text is unlike all others."""
    delivered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Of these, what the citizen was told has been delivered."""
    answered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Texts of agents that the service took, by hand-off."""
    tried: set[str] = field(default_factory=set)
    """Texts that agents tried to send, taken or not."""
    screens: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """What a citizen's page showed of a conversation: numbers and texts, as they came."""
    orders: list[str] = field(default_factory=list)
    """Numbers of work orders that citizens were promised."""
    handoffs: int = 0
    """Times that a citizen was told to wait for a person."""
    violations: list[str] = field(default_factory=list)
    """What must never happen and was seen while it happened."""
