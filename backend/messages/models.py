"""站内消息: what somebody was told. Its columns are all that a text may be put together from: words of catalogues, an area, a number."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Role
from backend.foundation.database import AreaPath, Base, as_text


class Message(Base):
    """That one event was told to one recipient, once: the key says so. In the order of events, whose ids follow time.

    Without foreign keys, as the outbox: the recipient is a person or an account, and what it is about may be of any kind.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_unread", "recipient_id", "event_id", postgresql_where="read_at IS NULL"),
        Index("ix_messages_told_at", "told_at"),
    )

    recipient_id: Mapped[UUID] = mapped_column(primary_key=True, comment="a person, or an account as long as it has none")
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(comment="of config/messages.toml")
    happened_at: Mapped[datetime]
    told_at: Mapped[datetime]
    about_id: Mapped[UUID | None]
    area_path: Mapped[AreaPath | None]
    brand: Mapped[str | None]
    number: Mapped[str | None] = mapped_column(comment="需求编号 or 回执编号")
    role: Mapped[Role | None] = mapped_column(as_text(Role))
    read_at: Mapped[datetime | None]
