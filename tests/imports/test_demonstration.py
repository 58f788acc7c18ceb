"""The demonstration year, written as workbooks and imported into an empty street, gives the figures that an import can carry."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import InstrumentedAttribute

from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import clock, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.imports import service, work
from backend.imports.models import ImportKind, ImportPart
from backend.imports.service import KINDS
from backend.people.models import Person
from backend.statistics import queries
from backend.statistics import service as statistics
from ejia.trial.demo import load
from ejia.trial.demo.rosters import books
from tasks import jobs as task
from tests.support.beginning import empty
from tests.support.environment import environment_of
from tests.trial.waiting import eventually

CARRIED = {"teams", "volunteers_in_teams", "team_memberships", "registered_volunteers"}
SCALE = 0.005
LINES, HELD_AT = 25, 2
"""So many lines in a part, and the part at which who works is killed."""


def figures() -> dict[str, int]:
    """Of the street at the year's end."""
    with transaction():
        statistics.rebuild()
    with transaction():
        street = db.session.scalars(select(Area.id).where(Area.level == Level.STREET)).one()
        year = queries.year_figures(Actor.system(), 2023, street, now=clock.now())
        return {figure.indicator.code: figure.series.year for figure in year.figures if figure.indicator.code in CARRIED}


def at_work(environment: Mapping[str, str], import_id: UUID, held_at: int) -> None:
    """Let another process do what waits, and kill it in the middle of a part: all that came before is done, nothing of it is."""
    with db.engine.connect() as hand, db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as witness:
        of_part = [ImportPart.import_id == import_id, ImportPart.number == held_at]
        hand.execute(select(ImportPart.id).where(*of_part).with_for_update())
        session = hand.scalar(text("SELECT pg_backend_pid()"))
        waits = text("SELECT pid FROM pg_stat_activity WHERE :held = ANY (pg_blocking_pids(pid))")
        with subprocess.Popen([sys.executable, "-m", "tests.imports.once"], env={**os.environ, **environment}) as worker:
            found = eventually(lambda: witness.scalar(waits, {"held": session}) is not None, seconds=30)
            worker.kill()
        assert found, "it never came to the part"
        hand.rollback()


def parts_with(column: InstrumentedAttribute[datetime | None], import_id: UUID) -> int:
    """How many parts are that far."""
    with transaction():
        return db.session.query(ImportPart).filter(ImportPart.import_id == import_id, column.is_not(None)).count()


def brought(kind: ImportKind, content: bytes, area_id: UUID) -> UUID:
    """The import, checked by the job."""
    import_id = work.bring(Actor.system(), KINDS[kind], area_id, content, now=clock.now())
    task.run()
    return import_id


def ask(command: Callable[..., None], import_id: UUID, **more: bool) -> None:
    with transaction():
        command(Actor.system(), import_id, now=clock.now(), **more)


@pytest.mark.timeout(120)
def test_its_rosters_give_the_same_figures_whatever_befalls_who_enters_them(app, settings, pass_time, monkeypatch):
    """One row in a hundred comes back. The process that enters them is killed, and that which takes them back; each
    time another goes on, and all is brought again."""
    load.load_demonstration_year(settings.wechat_appid, scale=SCALE, progress=lambda *_: lambda _: None)
    before = figures()
    with transaction():
        tree = [
            (area.code, area.level, area.name)
            for area in db.session.scalars(select(Area).where(Area.level != Level.GRID).order_by(Area.path))
        ]
        written = dict(books())
    db.session.remove()
    empty(settings)
    with transaction():
        for code, level, name in tree:
            areas.add_area(code=code, level=level, name=name, now=clock.now())
        street = areas.area_of_code("639999001000").id
    monkeypatch.setattr(service, "LINES_OF_A_PART", LINES)

    first = brought(ImportKind.VOLUNTEERS, written[ImportKind.VOLUNTEERS], street)
    ask(work.ask_entry, first, all_or_nothing=False)
    at_work(environment_of(settings), first, HELD_AT)
    assert parts_with(ImportPart.entered_at, first) == HELD_AT
    another_goes_on(pass_time)
    assert figures()["registered_volunteers"] == before["registered_volunteers"]
    ask(work.ask_undo, first)
    at_work(environment_of(settings), first, HELD_AT)
    after_it = parts_with(ImportPart.entered_at, first) - HELD_AT - 1
    assert parts_with(ImportPart.undone_at, first) == after_it > 0, "from the last one to the first"
    another_goes_on(pass_time)
    assert (figures()["registered_volunteers"], known_people()) == (0, 0)

    for kind, content in written.items():
        ask(work.ask_entry, brought(kind, content, street), all_or_nothing=False)
        task.run()
    with transaction():
        faulty = sum(db.session.scalars(select(ImportPart.faulty).where(ImportPart.import_id != first)))
    assert faulty == sum(len(range(100, rows + 1, 100)) for rows in (before["registered_volunteers"], before["team_memberships"]))
    assert figures() == before


def another_goes_on(pass_time: Callable[..., datetime]) -> None:
    """Once the lease of who was killed is over."""
    pass_time(seconds=(jobs.LEASE + timedelta(seconds=1)).total_seconds())
    task.run()


def known_people() -> int:
    with transaction():
        return db.session.query(Person).filter(Person.withdrawn_at.is_(None)).count()
