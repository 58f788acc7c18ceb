# ruff: noqa: S608 - every text here is our own
"""Facts that go on being written while processes die: through the service door, by the community, each in its own transaction."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Row, text

from backend.attendance import service as attendance
from backend.demands import service as demands
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.errors import Refusal
from backend.volunteers import service as volunteers
from tests.faults.deliveries import mix_up

COMMUNITY = Actor.system()
WHY = "核对签到表后更正"

CURRENT = "{0}.superseded_at IS NULL AND NOT {0}.void"
RECORDS = f"""
    SELECT r.id, r.fact_id, r.attendance_id, r.person_id, r.brand, d.id AS demand_id, d.status, s.starts_at, s.ends_at,
           EXISTS (SELECT FROM service_confirmations c WHERE c.record_fact_id = r.fact_id AND {CURRENT.format("c")}) AS confirmed
    FROM service_records r JOIN shifts s ON s.id = r.shift_id JOIN demands d ON d.opening_id = r.opening_id
    WHERE {CURRENT.format("r")}"""
WITHDRAWN = """
    SELECT r.attendance_id, s.starts_at, s.ends_at FROM service_records r JOIN shifts s ON s.id = r.shift_id
    WHERE r.superseded_at IS NULL AND r.void
      AND NOT EXISTS (SELECT FROM service_records n WHERE n.attendance_id = r.attendance_id AND n.superseded_at IS NULL AND NOT n.void)"""
FREE_VOLUNTEERS = f"""
    SELECT v.person_id FROM volunteers v
    WHERE {CURRENT.format("v")} AND v.left_on IS NULL
      AND EXISTS (SELECT FROM team_memberships m WHERE m.person_id = v.person_id AND {CURRENT.format("m")} AND m.left_on IS NULL)
      AND NOT EXISTS (SELECT FROM teams t WHERE t.leader_person_id = v.person_id)"""

Line = Row[tuple[object, ...]]


class NothingLeft(Exception):
    """No row to which this could happen."""


class Stream:
    """The community's officer at work. `written` counts what was done."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.written: Counter[str] = Counter()

    def go_on(self, steps: int, *, now: datetime) -> None:
        """Some things happen, among them a wish that comes true or not any more, and a volunteer who leaves; consumers hear later.

        Last of all a completed wish loses what completed it. What comes before may undo itself until somebody hears, this may not: whoever
        hears has something to change, in points and figures, and in a demand.
        """
        with transaction():
            for change in (self.change_wish, self.leave, *self.random.choices(self._changes(), k=steps), self.reopen_wish):
                try:
                    with db.session.begin_nested():
                        change(now)
                except (Refusal, NothingLeft) as reason:
                    self.written[str(reason) or type(reason).__name__] += 1
                else:
                    self.written[change.__name__] += 1
            mix_up(now)

    def withdraw_untouched(self, *, now: datetime) -> Line:
        """Withdraw a record that counts and of which nothing but its confirmation was ever heard, of somebody who has no other."""
        with transaction():
            record = self._record(
                """confirmed AND id = fact_id
                AND (SELECT count(*) FROM service_confirmations c WHERE c.record_fact_id = r.fact_id) = 1
                AND NOT EXISTS (SELECT FROM service_records o WHERE o.person_id = r.person_id AND o.id <> r.id)"""
            )
            self._withdraw(record, now)
            mix_up(now)
        return record

    def _changes(self) -> list[Callable[[datetime], None]]:
        return [self.confirm, self.confirm, self.unconfirm, self.correct, self.correct, self.withdraw, self.record_anew, self.complete]

    def confirm(self, now: datetime) -> None:
        record = self._record("NOT confirmed")
        attendance.confirm_service(COMMUNITY, record.fact_id, now=now)

    def unconfirm(self, now: datetime) -> None:
        record = self._record("confirmed")
        attendance.withdraw_confirmation(COMMUNITY, record.fact_id, reason=WHY, now=now)

    def correct(self, now: datetime) -> None:
        record = self._record("confirmed")
        started_at, ended_at = self._stretch(record.starts_at, record.ends_at)
        attendance.correct_record(COMMUNITY, record.fact_id, record.id, started_at=started_at, ended_at=ended_at, reason=WHY, now=now)

    def withdraw(self, now: datetime) -> None:
        self._withdraw(self._record("confirmed"), now)

    def record_anew(self, now: datetime) -> None:
        gone = self._one(WITHDRAWN)
        started_at, ended_at = self._stretch(gone.starts_at, gone.ends_at)
        record = attendance.add_record(COMMUNITY, gone.attendance_id, started_at=started_at, ended_at=ended_at, reason=WHY, now=now)
        attendance.confirm_service(COMMUNITY, record.fact_id, now=now)

    def change_wish(self, now: datetime) -> None:
        """Take back every confirmation of one wish, or give them again: it is reopened, or completed once more."""
        self._change_all_as(self._record("brand = 'sunset_wish'"), now)

    def reopen_wish(self, now: datetime) -> None:
        """Take back every confirmation of a wish that is completed."""
        self._change_all_as(self._record("brand = 'sunset_wish' AND confirmed AND status = 'completed'"), now)

    def complete(self, now: datetime) -> None:
        record = self._record("confirmed AND brand <> 'sunset_wish'")
        demands.complete_demand(COMMUNITY, record.demand_id, now=now)

    def leave(self, now: datetime) -> None:
        """A volunteer who belongs to a team and leads none gives it up."""
        volunteer = self._one(FREE_VOLUNTEERS)
        volunteers.leave_volunteering(Actor(account_id=None, person_id=volunteer.person_id, is_system=True), reason=None, now=now)

    def _change_all_as(self, one: Line, now: datetime) -> None:
        for record in self._all(f"SELECT * FROM ({RECORDS}) r WHERE demand_id = '{one.demand_id}'"):
            if one.confirmed and record.confirmed:
                attendance.withdraw_confirmation(COMMUNITY, record.fact_id, reason=WHY, now=now)
            elif not one.confirmed and not record.confirmed:
                attendance.confirm_service(COMMUNITY, record.fact_id, now=now)

    def _withdraw(self, record: Line, now: datetime) -> None:
        attendance.withdraw_record(COMMUNITY, record.fact_id, record.id, reason=WHY, now=now)

    def _stretch(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        length = int((ends_at - starts_at).total_seconds()) // 60
        first = self.random.randrange(0, length - 1)
        return starts_at + timedelta(minutes=first), starts_at + timedelta(minutes=self.random.randrange(first + 1, length + 1))

    def _record(self, condition: str) -> Line:
        return self._one(f"SELECT * FROM ({RECORDS}) r WHERE {condition}")

    def _one(self, query: str) -> Line:
        found = db.session.execute(text(f"{query} ORDER BY random() LIMIT 1")).one_or_none()
        if found is None:
            raise NothingLeft
        return found

    def _all(self, query: str) -> list[Line]:
        return list(db.session.execute(text(query)).all())
