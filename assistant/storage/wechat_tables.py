"""The table of those who talk to us by WeChat. It holds nobody's openid in clear."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.tables import Base, Moment


class WeChatPersonRow(Base):
    """A follower of the official account, known by fingerprint."""

    __tablename__ = "wechat_people"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    openid: Mapped[str] = mapped_column(Text, default="")
    """Sealed, and only while something may have to be told."""
    owed: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[int] = mapped_column(Integer, default=0)
    quota: Mapped[int] = mapped_column(Integer, default=0)
    quota_until: Mapped[datetime] = mapped_column(Moment)
    heard_at: Mapped[datetime] = mapped_column(Moment, index=True)
