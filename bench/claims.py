"""Claiming a place: the product's endpoint against the same by hand (docs/design.md, Speed), over many openings and as a rush at one."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from backend import brands
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.openings import service as openings
from backend.openings.models import OpeningRole
from bench import load
from bench.machine import PRODUCT, Machine
from bench.results import Result, compared, interleaved
from tests.support.crowd import Claimer, claimers

SERVERS = {"product": PRODUCT, "same work": "bench.floors:create_same_work", "bare": "bench.floors:create_bare"}
FLOORS = {"same work": 0.8, "bare": 0.45}
"""The least ratio to each floor (docs/design.md, Speed)."""

CLAIMANTS, OPENINGS = 100, 15
PLACES_OF_A_RUSH, RUSHES = 30, 12


def measure(machine: Machine, *, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """Claims per second, each granted; then answers per second of rushes, in which most are refused."""
    home = _community()
    crowd = claimers(home.id, CLAIMANTS)
    with ExitStack() as up:
        ports = {name: up.enter_context(machine.web(name.replace(" ", "-"), factory)) for name, factory in SERVERS.items()}

        say(f"claims: {CLAIMANTS} teams at {OPENINGS} openings, {load.CONNECTIONS} connections")
        spread = {name: _round(port, home, crowd, openings_=OPENINGS, places=CLAIMANTS) for name, port in ports.items()}
        measured = interleaved(spread, rounds=rounds, say=say)
        yield from _against_floors("claim a place", measured)

        say(f"rush: {CLAIMANTS} teams at {PLACES_OF_A_RUSH} places, {RUSHES} times")
        rush = {name: _round(port, home, crowd, openings_=RUSHES, places=PLACES_OF_A_RUSH) for name, port in ports.items()}
        yield from _against_floors("rush at one opening", interleaved(rush, rounds=rounds, say=say))


def _against_floors(name: str, measured: dict[str, list[float]]) -> Iterator[Result]:
    for floor, least in FLOORS.items():
        yield compared(f"{name}, of {floor}", measured["product"], measured[floor], unit="answers/s", aim=least)


def _round(port: int, home: Area, crowd: list[Claimer], *, openings_: int, places: int) -> Callable[[], float]:
    rushing = places < len(crowd)

    def run() -> float:
        roles = _open_places(home, openings_, places)
        # A rush comes at one opening after the other; otherwise neighbours in the queue want different ones.
        pairs = (
            [(role, claimer) for role in roles for claimer in crowd]
            if rushing
            else [(role, claimer) for claimer in crowd for role in roles]
        )
        outcome = load.fire(port, [_claim(role, claimer) for role, claimer in pairs])
        granted = openings_ * min(places, len(crowd))
        if outcome.statuses != {201: granted} | ({409: len(pairs) - granted} if rushing else {}):
            raise RuntimeError(f"unexpected answers: {outcome.statuses}")
        return outcome.rate

    return run


def _claim(role_id: UUID, claimer: Claimer) -> bytes:
    body = json.dumps({"role_id": str(role_id), "team_id": str(claimer.team_id)}).encode()
    return load.request("POST", "/api/v1/claims", token=claimer.token, body=body, key=str(uuid4()))


def _open_places(home: Area, count: int, places: int) -> list[UUID]:
    now = clock.now()
    with transaction():
        made = [
            openings.make_opening(
                brand=brands.brand("red_ribbon"),
                title="便民服务",
                area_id=home.id,
                area_path=home.path,
                roles={"服务队伍": places},
                starts_at=now + timedelta(days=1),
                ends_at=now + timedelta(days=2),
                now=now,
            )
            for _ in range(count)
        ]
        return list(db.session.scalars(select(OpeningRole.id).where(OpeningRole.opening_id.in_(made))))


def _community() -> Area:
    levels = [("639999000000", Level.DISTRICT), ("639999001000", Level.STREET), ("639999001001", Level.COMMUNITY)]
    with transaction():
        for code, level in levels:
            area = areas.add_area(code=code, level=level, name=f"测试{level}", now=clock.now())
        db.session.expunge(area)
        return area
