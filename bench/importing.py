"""Measures how long a street's rosters take: the demonstration year's volunteers, teams and members, into an empty street."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select

from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.imports import service
from backend.imports.models import ImportPart
from bench.machine import Machine
from bench.results import Result, watched
from ejia.trial.demo import load, rosters
from tests.support.beginning import empty

MOST_SECONDS, MOST_MEGABYTES = 180, 200
"""All three workbooks together, on two cores; and what reading and entering them adds to the memory of the process."""

_STREET = "639999001000"


def measure(machine: Machine, *, scale: float, say: Callable[[str], None]) -> Iterator[Result]:
    """Seconds from the bytes of the workbooks to the last part entered, and what the process held at most, in all and more than before."""
    say(f"import: the demonstration year at {scale}")
    load.load_demonstration_year(machine.settings.wechat_appid, scale=scale, progress=lambda *_: lambda _: None)
    with transaction():
        tree = [(area.code, area.level, area.name) for area in db.session.scalars(select(Area).order_by(Area.path))]
        books = list(rosters.books())
    empty(machine.settings)
    with transaction():
        for code, level, name in tree:
            areas.add_area(code=code, level=Level(level), name=name, now=clock.now())
        street = areas.area_of_code(_STREET).id
    _forget_most()
    held, began, worked = _megabytes("VmRSS"), time.perf_counter(), time.process_time()
    for kind, content in books:
        started = time.perf_counter()
        import_id = service.receive(Actor.system(), service.KINDS[kind], street, content, now=clock.now())
        service.read(Actor.system(), import_id, now=clock.now())
        service.check(Actor.system(), import_id, now=clock.now(), report=_silently)
        service.enter(Actor.system(), import_id, now=clock.now(), report=_silently)
        say(f"{kind}: {_entered(import_id)} in {time.perf_counter() - started:.1f} s")
    yield watched("import of the year's rosters", [time.perf_counter() - began], unit="s", aim=MOST_SECONDS)
    yield watched("import of the year's rosters, processor time of the process", [time.process_time() - worked], unit="s")
    yield watched("import of the year's rosters, peak", [_megabytes("VmHWM")], unit="MB")
    yield watched("import of the year's rosters, growth", [_megabytes("VmHWM") - held], unit="MB", aim=MOST_MEGABYTES)


def _silently(_done: int, _total: int) -> None:
    """Nobody watches."""


def _entered(import_id: object) -> str:
    with transaction():
        parts = db.session.scalars(select(ImportPart).where(ImportPart.import_id == import_id)).all()
        new, known, faulty = (sum(getattr(part, what) for part in parts) for what in ("new", "known", "faulty"))
    return f"{new:,} new, {known:,} known, {faulty:,} faulty"


def _forget_most() -> None:
    """Let what the process holds now count as the most that it held. Linux only, as what follows."""
    Path("/proc/self/clear_refs").write_text("5")


def _megabytes(what: str) -> float:
    """What the process holds, or held at most."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(f"{what}:")).split()[1]) / 1024
