# ruff: noqa: S608 - every text here is our own
"""Rosters that are brought in while the worker that enters them is killed: a lock that the test holds stops it at a point of its way, and
it is struck while it waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pytest

from backend.foundation import clock, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.ids import new_id
from backend.foundation.jobs import State
from backend.imports import service, work
from backend.imports.models import ImportKind
from tests.faults.blows import PATIENCE, Hand, writes_to
from tests.faults.crew import Crew
from tests.faults.soundness import CURRENT, rows
from tests.imports.conftest import Row, workbook
from tests.imports.test_volunteers import someone
from tests.trial.waiting import eventually

OPERATOR = Actor.system()
LINES_OF_A_PART = 3
REGISTERED, JOINED = date(2023, 3, 1), date(2023, 3, 2)
PLACE = "SELECT a.id, a.code, t.name FROM teams t JOIN areas a ON a.id = t.area_id WHERE t.status = 'active' AND t.founded_on < %s LIMIT 1"


class Ask(Protocol):
    """A command that asks for work on an import."""

    def __call__(self, actor: Actor, import_id: UUID, /, *, now: datetime) -> None: ...


@dataclass(frozen=True)
class Stop:
    """Where the work is struck: the lock for which it comes to wait, and in how many parts it is done by then."""

    lock: str
    done: int
    values: tuple[object, ...] = field(default=())


def at_part(import_id: UUID, number: int, *, done: int) -> Stop:
    """Before a part is begun."""
    return Stop("SELECT FROM import_parts WHERE import_id = %s AND number = %s FOR UPDATE", done, (import_id, number))


def midway(table: str, *, done: int = 0) -> Stop:
    """In the transaction of a part, where it comes to write into a table."""
    return Stop(writes_to(table), done)


class Rosters:
    """Brings workbooks into a street where a worker is running, and kills it as it enters them."""

    def __init__(self, crew: Crew, hand: Hand, folder: Path, database_url: str) -> None:
        self.crew, self.hand, self.folder, self.database_url = crew, hand, folder, database_url
        ((self.area_id, self.code, self.team),) = self._rows(PLACE, REGISTERED)

    def volunteers(self, names: Sequence[str]) -> list[Row]:
        """Rows of people of whom nobody has heard."""
        return [someone(name=name, community=self.code, registered_on=REGISTERED, signed_on=REGISTERED) for name in names]

    def members(self, volunteers: Sequence[Row]) -> list[Row]:
        """Rows that say that these joined a team."""
        theirs = {"team": self.team, "community": self.code, "joined_on": JOINED}
        return [{"name": row["name"], "id_number": row["id_number"], **theirs} for row in volunteers]

    def bring(self, kind: ImportKind, lines: Sequence[Row]) -> UUID:
        """Have a workbook received, read in parts of some lines, and checked, at once, as `ejia import` does."""
        import_id = self._receive(kind, lines)
        self._read(import_id)
        service.check(OPERATOR, import_id, now=clock.now(), report=lambda *_: None)
        return import_id

    def bring_and_strike(self, kind: ImportKind, lines: Sequence[Row]) -> UUID:
        """The same by a worker that is killed in reading it."""
        import_id = self._receive(kind, lines)
        self._work(import_id, work.ask_check, midway("import_parts"), before_going_on=self._read)
        return import_id

    def enter(self, import_id: UUID, *stops: Stop) -> None:
        """Have it entered by workers of which one is killed at each of the stops; without any, at once."""
        if stops:
            self._work(import_id, partial(work.ask_entry, all_or_nothing=False), *stops)
        else:
            service.enter(OPERATOR, import_id, now=clock.now(), report=lambda *_: None)

    def undo(self, import_id: UUID, *stops: Stop) -> None:
        """Have it undone by workers of which one is killed at each of the stops."""
        self._work(import_id, work.ask_undo, *stops, done="undone_at")

    def found(self, import_id: UUID) -> tuple[str, int, int, int]:
        """In which step it is, and how many of its lines were new, known and faulty."""
        asked = """
            SELECT i.status, sum(p.new)::int, sum(p.known)::int, sum(p.faulty)::int
            FROM imports i JOIN import_parts p ON p.import_id = i.id WHERE i.id = %s GROUP BY i.id"""
        ((step, *lines),) = self._rows(asked, import_id)
        return (step, *lines)

    def standing(self, lines: Sequence[Row]) -> dict[str, list[Any]]:
        """Who of these is on record, gave a consent, is a volunteer and a member, each as often as a row says so; the last two with their
        day."""
        names = [row["name"] for row in lines]
        theirs = f"JOIN people p ON p.id = f.person_id WHERE p.name = ANY (%s) AND {CURRENT.format('f')} ORDER BY 1"
        return {
            "people": self._column("SELECT name FROM people WHERE name = ANY (%s) ORDER BY 1", names),
            "consents": self._column(f"SELECT p.name FROM consents f {theirs}", names),
            "volunteers": self._rows(f"SELECT p.name, f.registered_on FROM volunteers f {theirs}", names),
            "members": self._rows(f"SELECT p.name, f.joined_on FROM team_memberships f {theirs}", names),
        }

    def _receive(self, kind: ImportKind, lines: Sequence[Row]) -> UUID:
        content = workbook(self.folder / f"{new_id()}.xlsx", kind, lines).read_bytes()
        return service.receive(OPERATOR, service.KINDS[kind], self.area_id, content, now=clock.now())

    def _read(self, import_id: UUID) -> None:
        with pytest.MonkeyPatch.context() as short:
            short.setattr(service, "LINES_OF_A_PART", LINES_OF_A_PART)
            service.read(OPERATOR, import_id, now=clock.now())

    def _work(
        self, import_id: UUID, ask: Ask, *stops: Stop, done: str = "entered_at", before_going_on: Callable[[UUID], None] | None = None
    ) -> None:
        """Ask for work, kill who does it where it is stopped, each time once the lease of the one before is over, and wait until another
        one has done it."""
        for number, stop in enumerate(stops):
            self.hand.execute(stop.lock, stop.values)
            if number == 0:
                with transaction():
                    ask(OPERATOR, import_id, now=clock.now())
            else:
                self._let_go_on()
            sessions = self._stopped(stop)
            self.crew.kill(whole=False)
            self.hand.rollback()
            assert eventually(lambda gone=sessions: self.crew.are_gone(gone))
            counted = f"SELECT count(*) FROM import_parts WHERE import_id = %s AND {done} IS NOT NULL"
            assert self._rows(counted, import_id) == [(stop.done,)], stop.lock
        if before_going_on is not None:
            before_going_on(import_id)
        self._let_go_on()
        state = "SELECT j.state, j.error FROM jobs j JOIN imports i ON i.job_id = j.id WHERE i.id = %s"
        assert eventually(lambda: self._rows(state, import_id) == [(State.DONE, None)], seconds=PATIENCE), self._rows(state, import_id)

    def _let_go_on(self) -> None:
        clock.advance(jobs.LEASE + timedelta(seconds=1))
        self.crew.go_on()

    def _stopped(self, stop: Stop) -> list[int]:
        found = list[int]()

        def is_stopped() -> bool:
            found[:] = self.crew.waiting_for(self.hand.info.backend_pid)
            return bool(found)

        assert eventually(is_stopped, seconds=PATIENCE), f"the work did not come to where it waits: {stop.lock}"
        return found

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return rows(self.database_url, query, *values)

    def _column(self, query: str, *values: object) -> list[Any]:
        return [value for (value,) in self._rows(query, *values)]
