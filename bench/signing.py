"""Measures a sign-in burst: all volunteers of one shift sign in by the same code within a minute."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from statistics import median
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from backend.areas.models import Area
from backend.attendance import codes
from backend.attendance.models import Attendance, Confirmer, Shift, ShiftStatus
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings.models import Claim, ClaimStatus, Opening, OpeningRole, OpeningStatus
from backend.teams.models import Membership, Team, TeamCategory, TeamStatus
from bench import load, phones, year
from bench.load import Outcome
from bench.machine import PRODUCT, Machine
from bench.phones import Holder
from bench.results import Result, compared, interleaved, watched

SERVERS = {"product": PRODUCT, "same work": "bench.signing_floor:create_same_work"}
LEAST = 0.40
"""Of the same work by hand (docs/performance.md)."""


def measure(machine: Machine, *, people: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """Sign-ins per second and how long the slowest waited; each answered 201, and written once."""
    home = year.make_street()[0]
    crowd = phones.volunteers(home, people)
    team_id = _team_of(home, crowd)
    say(f"signing: {people} people at one shift, {load.CONNECTIONS} connections")
    with ExitStack() as up:
        ports = {name: up.enter_context(machine.web(name.replace(" ", "-"), factory)) for name, factory in SERVERS.items()}
        bursts = {name: _burst(port, home, team_id, crowd) for name, port in ports.items()}
        found = interleaved(bursts, rounds=rounds, say=say)
    rates = {name: [one.rate for one in outcomes] for name, outcomes in found.items()}
    yield compared("sign-in burst, of same work", rates["product"], rates["same work"], unit="answers/s", aim=LEAST)
    slowest = {name: [one.percentile(0.99) for one in outcomes] for name, outcomes in found.items()}
    yield compared("sign-in burst, p99, of same work", slowest["product"], slowest["same work"], unit="ms")
    yield watched("sign-in burst, all are in after", [one.seconds for one in found["product"]], unit="s")
    say(f"median wait {median(one.percentile(0.5) for one in found['product']):.0f} ms")


def _burst(port: int, home: Area, team_id: UUID, crowd: list[Holder]) -> Callable[[], Outcome]:
    def run() -> Outcome:
        shift_id = _shift(home, team_id)
        body = json.dumps({"code": codes.maker().code(shift_id, now=clock.now()).text}).encode()
        path = f"/api/v1/shifts/{shift_id}/sign-in"
        outcome = load.fire(port, [load.request("POST", path, token=one.token, body=body, key=str(uuid4())) for one in crowd])
        written = _close(shift_id)
        if outcome.statuses != {201: len(crowd)} or written != len(crowd):
            raise RuntimeError(f"unexpected answers: {outcome.statuses}, {written} rows")
        return outcome

    return run


def _team_of(home: Area, crowd: list[Holder]) -> UUID:
    now, team_id = clock.now(), new_id()
    place = {"area_id": home.id, "area_path": home.path, "leader_person_id": crowd[0].person_id, "applied_at": now}
    team = {"name": "测试队", "category": TeamCategory.PUBLIC_WELFARE, "charter": "自愿、无偿", "status": TeamStatus.ACTIVE}
    of_team = {"team_id": team_id, "area_path": home.path, "joined_on": clock.shanghai_day(now), "recorded_at": now, "void": False}
    ids = [new_id() for _ in crowd]
    with transaction():
        db.session.execute(insert(Team), [team | place | {"id": team_id}])
        members = [of_team | {"id": id_, "fact_id": id_, "person_id": one.person_id} for id_, one in zip(ids, crowd, strict=True)]
        db.session.execute(insert(Membership), members)
    return team_id


def _shift(home: Area, team_id: UUID) -> UUID:
    """A shift that goes on now, on whose opening the team holds a place."""
    now = clock.now()
    opening_id, role_id, shift_id = (new_id() for _ in range(3))
    place, window = {"area_id": home.id, "area_path": home.path}, {"starts_at": now, "ends_at": now + timedelta(hours=2)}
    opening = {
        "brand": "red_ribbon",
        "title": "便民服务",
        "status": OpeningStatus.OPEN,
        "claimant_kinds": ["team"],
        "asks_first": False,
        "made_at": now,
    }
    role = {"name": "服务队伍", "slots": 1, "taken": 1, "is_open": True, "closes_at": window["ends_at"]}
    claim = {"role_id": role_id, "team_id": team_id, "status": ClaimStatus.HELD, "claimed_at": now}
    shift = {"brand": "red_ribbon", "confirmers": [Confirmer.COMMUNITY.value], "grace_minutes": 30, "status": ShiftStatus.PLANNED}
    with transaction():
        db.session.execute(insert(Opening), [opening | place | window | {"id": opening_id}])
        db.session.execute(insert(OpeningRole), [role | {"id": role_id, "opening_id": opening_id}])
        db.session.execute(insert(Claim), [claim | {"id": new_id(), "opening_id": opening_id}])
        db.session.execute(insert(Shift), [shift | place | window | {"id": shift_id, "opening_id": opening_id}])
    return shift_id


def _close(shift_id: UUID) -> int:
    """End the attendances, for one is at one place at a time; how many there were."""
    with transaction():
        db.session.execute(update(Attendance).where(Attendance.shift_id == shift_id).values(closed_at=clock.now()))
        return db.session.scalars(select(func.count()).where(Attendance.shift_id == shift_id)).one()
