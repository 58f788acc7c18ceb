"""Hosts whose clocks differ, or that somebody sets back: every process goes by the clock of the database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.outbox import OutboxDelivery, OutboxEvent
from config.settings import Settings
from ejia.trial import services
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import end, spawn, wait_until
from ejia.trial.supervisor import Service
from tests.faults.hosts import AHEAD
from tests.support.attendance import Visit
from tests.support.demands import published_demand
from tests.support.environment import environment_of
from tests.support.people import volunteer_form
from tests.support.phone import Phone
from tests.support.teams import team_plan

FAST, SLOW = 20, -20
"""Seconds by which the clocks of the two hosts are wrong."""


@dataclass
class Host:
    """A web server on a machine with a clock of its own."""

    port: int
    clock: Path

    def set(self, ahead: float) -> None:
        """Set its clock so many seconds ahead of the right time."""
        self.clock.write_text(str(ahead))

    def get(self, phone: Phone, path: str) -> tuple[int, dict[str, Any]]:
        """What it shows a phone: the status and what came."""
        return self._answer(phone, "GET", path)

    def post(self, phone: Phone, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What it answers a phone: the status and what came."""
        return self._answer(phone, "POST", path, json.dumps(body))

    def _answer(self, phone: Phone, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection(HOST, self.port, timeout=60)
        headers = {"Authorization": f"Bearer {phone.access_token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "{}")
        finally:
            connection.close()


@pytest.fixture(scope="module")
def hosts(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Host]]:
    """One host whose clock is fast, and one whose clock is slow."""
    folder, ports = tmp_path_factory.mktemp("hosts"), Ports()
    made, processes = [], []
    try:
        for name, ahead in (("fast", FAST), ("slow", SLOW)):
            host = Host(ports.take_any(), folder / f"{name}.clock")
            host.set(ahead)
            environment = environment_of(settings) | {AHEAD: str(host.clock)}
            command = services.granian(
                "tests.faults.hosts:create_host", host.port, environment, "--workers", "1", "--blocking-threads", "2"
            )
            service = Service(name, command, services.answers(host.port, "/readyz", {200}), folder / f"{name}.log")
            processes.append((service, spawn(command, service.log)))
            made.append(host)
        for service, process in processes:
            wait_until(service.healthy, process, name=service.name, log=service.log or folder)
        yield made[0], made[1]
    finally:
        for service, process in processes:
            end(process, service.command.stop_signal)
        ports.release()


@pytest.fixture
def visit(street, hosts) -> Visit:
    """A claimed demand with a shift that runs, once both hosts are up."""
    for host, ahead in zip(hosts, (FAST, SLOW), strict=True):
        host.set(ahead)
    return Visit(street)


def test_who_signs_in_at_the_fast_host_signs_out_at_the_slow_one(hosts, visit):
    fast, slow = hosts
    shift = f"/shifts/{visit.shift_id}"

    signed_in, _ = fast.post(visit.member, f"{shift}/sign-in", {"code": visit.code()})
    signed_out, served = slow.post(visit.member, f"{shift}/sign-out", {"code": visit.code()})

    assert (signed_in, signed_out) == (201, 201), served
    assert served["minutes"] == 0


def test_who_signed_in_before_the_clock_was_set_back_signs_out_after_it(hosts, visit):
    fast, _ = hosts
    shift = f"/shifts/{visit.shift_id}"
    signed_in, _ = fast.post(visit.member, f"{shift}/sign-in", {"code": visit.code()})

    fast.set(-120)
    signed_out, served = fast.post(visit.member, f"{shift}/sign-out", {"code": visit.code()})

    assert (signed_in, signed_out) == (201, 201), served


def test_a_place_that_was_claimed_at_the_fast_host_is_given_back_at_the_slow_one(hosts, street):
    fast, slow = hosts
    leader, team_id = street.home.leader, street.home.team_id
    demand = published_demand(street.home.officer, street)

    claimed, claim = fast.post(leader, "/claims", {"role_id": demand["role_id"], "team_id": team_id})
    released, _ = slow.post(leader, f"/claims/{claim['id']}/release", {"reason": "队员生病"})

    assert (claimed, released) == (201, 200)


def test_who_registered_at_the_fast_host_may_at_once_do_at_the_slow_one_what_volunteers_may(hosts, street):
    fast, slow = hosts
    volunteer = street.phone("newcomer")

    registered, _ = fast.post(volunteer, "/volunteers", volunteer_form(street))
    applied, team = slow.post(volunteer, "/teams", team_plan(community_id=street["和平社区"]))

    assert (registered, applied) == (201, 201), team


def test_a_code_that_the_fast_host_shows_is_good_at_the_slow_one(hosts, visit):
    fast, slow = hosts
    shown, code = fast.get(visit.officer, f"/shifts/{visit.shift_id}/code")

    signed_in, answer = slow.post(visit.member, f"/shifts/{visit.shift_id}/sign-in", {"code": code["code"]})

    assert (shown, signed_in) == (200, 201), answer


def test_what_happened_at_the_fast_host_is_due_at_once(hosts, street):
    fast, _ = hosts
    volunteer = street.phone("newcomer")

    registered, _ = fast.post(volunteer, "/volunteers", volunteer_form(street))

    due = select(func.max(OutboxDelivery.due_at), func.clock_timestamp()).join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
    db.session.rollback()
    latest, now = db.session.execute(due.where(OutboxEvent.name == "volunteer.registered")).one()
    assert registered == 201
    assert latest <= now + clock.lead()
