"""Measures each list with its heaviest search among very many rows: over HTTP, beside the statement that the product sends for it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import update

from backend.accounts import service as accounts
from backend.accounts.models import Account
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from bench import phones, reading, searched, year
from bench.machine import Machine
from bench.results import Result, interleaved

PAGE = 20
FEWER = 4
"""Of the reads of a round each contestant makes one in so many: there are many of them."""
AIM = 3.0
"""A search may take so much of what the first page of open demands takes."""
BODIES = 5
"""Of so many persons one is an organisation, a work unit, a registration, a late entry, an office."""
# A word that no row has makes a list that is read in its order read all of it; a part of a number, or of a name, is what people type.
SEARCHES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "open demands, a word that none has": ("/demands", {"q": "没有"}),
    "open demands, a word that all have": ("/demands", {"q": "看望"}),
    "demands in care, part of a number": ("/demands/in-care", {"q": "23456", "status": "published"}),
    "volunteers, part of a name": ("/volunteers", {"q": "丁両"}),
    "volunteers, part of a number": ("/volunteers", {"q": "23456"}),
    "shifts, a word that none has": ("/shifts", {"q": "没有"}),
    "services, a word that none has": ("/services", {"q": "没有"}),
    "services, part of a name": ("/services", {"person": "丁両"}),
    "services, of a team": ("/services", {"team_id": "00000000-0000-7000-800e-000000000001"}),
    "organisations, part of a number": ("/organisations", {"q": "001234"}),
    "work units, a word that none has": ("/work-units", {"q": "没有"}),
    "registrations, part of a receipt": ("/registrations", {"q": "001234"}),
    "late entries, part of a name": ("/late-entries", {"person": "丁両"}),
    "offices, part of a log-in": ("/role-grants", {"login_name": "1234"}),
}


def measure(machine: Machine, *, rows: int, reads: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """p50 and p99 of each, beside its statement, and p50 of the first page of open demands."""
    communities = year.make_street()
    caller = phones.volunteers(communities[0], 1)[0]
    with transaction():  # in an office, and somebody known, or they read nobody's name
        street = Grant(Role.STREET_OFFICER, area_path=communities[0].path[:9])
        accounts.grant_role(Actor.system(), caller.account_id, street, now=clock.now())
        db.session.execute(update(Account).where(Account.id == caller.account_id).values(checked_at=clock.now()))
    searched.make_rows(rows, communities)
    searched.make_bodies(max(1, rows // BODIES), communities[0])
    say(f"searches: {rows:,} rows")
    each = max(1, reads // FEWER)
    with machine.web("product") as port, year.connection() as server:
        contestants = {"plain": reading.over_http(port, f"/api/v1/demands?limit={PAGE}", caller.token, reads=each)}
        for name, (path, query) in SEARCHES.items():
            address = f"/api/v1{path}?{urlencode({**query, 'limit': PAGE})}"
            contestants[name] = reading.over_http(port, address, caller.token, reads=each)
            statement, values = reading.sent(machine, address, caller.token, _reads_a_page)
            contestants[f"{name} by hand"] = reading.by_hand(server, statement, values, reads=each)
        found = interleaved(contestants, rounds=rounds, say=say)
    for name in SEARCHES:
        yield from reading.waits_compared(f"{name}, of its SQL", found[name], found[f"{name} by hand"])
        yield reading.waits_compared(f"{name}, of a first page", found[name], found["plain"], aim=AIM)[0]


def _reads_a_page(statement: str, values: Mapping[str, Any]) -> bool:
    return "ORDER BY" in statement and PAGE + 1 in values.values()
