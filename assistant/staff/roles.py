"""Who somebody is, and what that lets them see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    CLERK = "clerk"
    """At a window: looks things up and makes notices; citizens who wait online are not theirs."""
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MAINTAINER = "maintainer"
    ADMIN = "admin"


ROLE_TITLES: dict[Role, str] = {
    Role.CLERK: "综窗", Role.AGENT: "坐席", Role.SUPERVISOR: "班长", Role.MAINTAINER: "知识维护", Role.ADMIN: "管理员",
}  # fmt: skip

SERVING = (Role.AGENT, Role.SUPERVISOR)
"""Roles that talk to citizens."""
DESK = (Role.CLERK, *SERVING)
"""Roles that work at the desk."""
KEEPING = (Role.MAINTAINER, Role.ADMIN)
"""Roles that keep the knowledge."""


@dataclass(frozen=True)
class Member:
    """Somebody who has signed in."""

    name: str
    """The sign-in name; the audit knows them by it."""
    title: str
    """What citizens and colleagues see."""
    role: Role
    department: str
    """Empty for the general desk (总台)."""

    @property
    def supervises(self) -> bool:
        """Whether they watch over the queues that they see."""
        return self.role is Role.SUPERVISOR

    @property
    def everywhere(self) -> bool:
        """Whether all queues are theirs."""
        return self.supervises and not self.department

    def sees(self, department: str) -> bool:
        """Whether a queue is theirs: the general desk's is every agent's, a department's is its own people's,
        and a supervisor of the general desk watches over all.
        """
        return self.role in SERVING and (self.everywhere or department in ("", self.department))

    def keeps(self, department: str) -> bool:
        """Whether a department's entries and gaps are theirs to see; those of no department are the general desk's."""
        return self.role is Role.ADMIN or self.department in ("", department)
