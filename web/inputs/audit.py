"""Which entries of the audit log."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from backend.accounts.queries import AuditSearch
from web.fields import Id, Instant, Text
from web.shapes import DaysQuery, ListQuery


class _ActsQuery(ListQuery):
    """Which acts are asked for; several conditions hold together."""

    account_id: Id | None = Field(default=None, description="谁做的")
    subject_id: Id | None = Field(default=None, description="对什么做的")
    action: Annotated[str, Text(max=60)] | None = Field(default=None, description="做了什么，例如 role.grant")
    succeeded: bool | None = Field(default=None, description="false：只看被拒绝的；true：只看办成的")
    operator: Annotated[str, Text(max=60)] | None = Field(default=None, description="只看这位运维人员（工号）在服务器上办理的")

    def between(self, since: datetime | None, until: datetime | None) -> AuditSearch:
        """The same for a query of the domain, from an instant on and before another."""
        return AuditSearch(self.account_id, self.subject_id, self.action, self.succeeded, self.operator, since, until)


class AuditQuery(_ActsQuery):
    """Which acts of a span are asked for, by the instant."""

    since: Instant | None = Field(default=None, description="从何时起")
    until: Instant | None = Field(default=None, description="到何时为止，不含该时刻")

    @property
    def search(self) -> AuditSearch:
        """The same for a query of the domain."""
        return self.between(self.since, self.until)


class AuditDaysQuery(_ActsQuery, DaysQuery):
    """The same, by whole days."""

    @property
    def search(self) -> AuditSearch:
        """The same for a query of the domain."""
        return self.between(*self.days.instants)
