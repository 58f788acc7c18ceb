"""Which entries of the audit log."""

from typing import Annotated

from pydantic import Field

from web.fields import Id, Instant, Text
from web.shapes import ListQuery


class AuditQuery(ListQuery):
    """Which acts are asked for; several conditions hold together."""

    account_id: Id | None = Field(default=None, description="谁做的")
    subject_id: Id | None = Field(default=None, description="对什么做的")
    action: Annotated[str, Text(max=60)] | None = Field(default=None, description="做了什么，例如 role.grant")
    since: Instant | None = Field(default=None, description="从何时起")
    until: Instant | None = Field(default=None, description="到何时为止，不含该时刻")
