"""Measures what waits for an officer of the street in the demonstration year: over HTTP, beside the statement that counts it."""

import json
from collections.abc import Callable, Iterator

from sqlalchemy import select, update

from backend.accounts import service as accounts
from backend.accounts.models import Account
from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from bench import phones, reading, year
from bench.machine import Machine
from bench.results import Result, interleaved
from ejia.trial.demo import load

PATH = "/api/v1/me/waiting"


def measure(machine: Machine, *, scale: float, reads: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """p50 and p99 of `GET /me/waiting`, beside its statement by psycopg, which counts the same."""
    say(f"waiting: the demonstration year at {scale}")
    load.load_demonstration_year(machine.settings.wechat_appid, scale=scale, progress=lambda *_: lambda _: None)
    with transaction():
        home = db.session.scalars(select(Area).where(Area.level == Level.COMMUNITY).order_by(Area.path).limit(1)).one()
        db.session.expunge_all()
    caller = phones.volunteers(home, 1)[0]
    with transaction():  # in an office, and somebody known, or they decide nothing
        accounts.grant_role(Actor.system(), caller.account_id, Grant(Role.STREET_OFFICER, area_path=home.path[:9]), now=clock.now())
        db.session.execute(update(Account).where(Account.id == caller.account_id).values(checked_at=clock.now()))
    with machine.web("product") as port, year.connection() as server:
        statement, values = reading.sent(machine, PATH, caller.token, lambda text, _: "UNION ALL" in text and "overdue" in text)
        shown = {line["kind"]: line["number"] for line in json.loads(reading.answer_to(port, PATH, caller.token))["items"]}
        counted = {row[0]: row[1] for row in server.execute(statement, values).fetchall() if row[1]}
        if {kind: min(number, 1_000) for kind, number in counted.items()} != shown or not shown:
            raise RuntimeError(f"the answer shows {shown}, the statement counts {counted}")
        found = interleaved(
            {
                "waiting": reading.over_http(port, PATH, caller.token, reads=reads),
                "by hand": reading.by_hand(server, statement, values, reads=reads),
            },
            rounds=rounds,
            say=say,
        )
    yield from reading.waits_compared("/me/waiting of a street, of its SQL", found["waiting"], found["by hand"])
