"""The web server dies before it could answer: the phone sends the request again, and it is done once."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from backend.foundation.actor import Role
from ejia.trial import services
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import end, spawn, wait_until
from tests.faults.household import StubbornWire
from tests.faults.soundness import rows
from tests.support.demands import demand_form, place_count, published_demand, resident, team_led_by
from tests.support.environment import environment_of
from tests.support.phone import Phone
from tests.trial.waiting import children_of, eventually

NAME = "killed-web"


@pytest.fixture
def web(app, settings, tmp_path) -> Iterator[tuple[StubbornWire, int]]:
    """The web server in processes of its own, over a wire that repeats what got no answer; and the process that leads it."""
    ports = Ports()
    port = ports.take_any()
    service = services.web(Path(tmp_path), environment_of(settings) | {"PGAPPNAME": NAME}, port, workers=1)
    process = spawn(service.command, service.log)
    try:
        wait_until(service.healthy, process, name="web", log=service.log)
        wire = StubbornWire(f"http://{HOST}:{port}")
        yield wire, process.pid
        wire.close()
    finally:
        end(process, service.command.stop_signal)
        ports.release()


def over(wire: StubbornWire, phone: Phone) -> Phone:
    """The same phone, in front of that server."""
    return Phone(wire, phone.access_token, phone.account_id, refresh_token=phone.refresh_token)


def post_while_killing(phone: Phone, path: str, body: dict, *, table: str, settings, leader: int) -> dict:
    """Hold the request where it is about to write to the table, kill the process that works on it, and give the answer that came."""
    url = settings.database_url.replace("+psycopg", "")
    waits = "SELECT FROM pg_stat_activity WHERE application_name = %s AND %s = ANY (pg_blocking_pids(pid)) AND backend_xid IS NOT NULL"
    with ThreadPoolExecutor(1) as pool, psycopg.connect(url) as hand:
        hand.execute(f"LOCK TABLE {table} IN SHARE MODE")
        answer = pool.submit(phone.made, path, body)
        mine = hand.info.backend_pid
        assert eventually(lambda: rows(url, waits, NAME, mine) != [], seconds=60), "the request did not come to write"
        for process in children_of(leader):
            os.kill(process, signal.SIGKILL)
        hand.rollback()
        made: dict = answer.result(120)
        return made


def test_a_request_whose_answer_was_lost_is_done_once(web, phone_of, administrator, street, settings):
    wire, leader = web
    officer, asker, claimant = administrator(Role.COMMUNITY_OFFICER, "639999001001"), resident(phone_of, street), resident(phone_of, street)
    team_id = team_led_by(claimant, street)
    demand = published_demand(officer, street, places=2, brand="red_ribbon")

    def fatal(phone: Phone, path: str, body: dict, table: str) -> dict:
        return post_while_killing(over(wire, phone), path, body, table=table, settings=settings, leader=leader)

    made = fatal(asker, "/demands", demand_form(street), "audit_entries")
    claim = fatal(claimant, "/claims", {"role_id": demand["role_id"], "team_id": team_id}, "claims")

    assert wire.repeats >= 2
    asked = rows(settings.database_url, "SELECT id::text FROM demands WHERE requester_person_id = %s", asker.person_id)
    assert asked == [(made["id"],)]
    assert rows(settings.database_url, "SELECT id::text FROM claims WHERE team_id = %s", team_id) == [(claim["id"],)]
    assert place_count(demand) == (1, 1)
    told = rows(settings.database_url, "SELECT count(*) FROM outbox_events WHERE name IN ('demand.submitted', 'place.claimed')")
    assert told == [(3,)]
