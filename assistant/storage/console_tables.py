"""Tables of the maintainers' desk."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.tables import Base, Moment, now


class GapRow(Base):
    """What was decided about a gap. Its questions are where they were asked; they are put together anew each time."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    question: Mapped[str] = mapped_column(Text, unique=True)
    """The one that stands for the others; masked."""
    department: Mapped[str] = mapped_column(String(60), default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(20))
    entry: Mapped[str] = mapped_column(String(100), default="")
    """What answers it now."""
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime] = mapped_column(Moment, default=now)
