"""The web server dies before it could answer: the phone sends the request again, and it is done once."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.foundation.actor import Role
from config.settings import Settings
from ejia.trial import services
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import end, kill_group, spawn, wait_until
from tests.faults.household import StubbornWire
from tests.faults.soundness import rows
from tests.support.demands import demand_form, place_count, published_demand, resident, team_led_by
from tests.support.environment import environment_of
from tests.support.phone import Phone
from tests.trial.waiting import children_of, eventually

NAME = "killed-web"


class Web:
    """The web server in processes of its own, reached over a wire that repeats what got no answer."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._ports = Ports()
        port = self._ports.take_any()
        self._service = services.web(folder, environment_of(settings) | {"PGAPPNAME": NAME}, port, workers=1)
        self._process = spawn(self._service.command, self._service.log)
        wait_until(self._service.healthy, self._process, name="web", log=self._service.log)
        self.wire = StubbornWire(f"http://{HOST}:{port}")

    def kill_worker(self) -> None:
        """SIGKILL to the process that answers; the one that leads makes another."""
        for process in children_of(self._process.pid):
            os.kill(process, signal.SIGKILL)

    def kill_whole(self) -> None:
        """SIGKILL to all of it, and a new one on the same port."""
        kill_group(self._process.pid)
        self._process.wait()
        self._process = spawn(self._service.command, self._service.log)

    def end(self) -> None:
        """Hang up, and stop it."""
        self.wire.close()
        end(self._process, self._service.command.stop_signal)
        self._ports.release()


@pytest.fixture
def web(app, settings, tmp_path) -> Iterator[Web]:
    running = Web(tmp_path, settings)
    yield running
    running.end()


def post_while_killing(
    kill: Callable[[], None], phone: Phone, path: str, body: dict[str, Any], *, table: str, database_url: str
) -> dict[str, Any]:
    """Hold the request where it is about to write to the table, kill who works on it, and give the answer that came in the end."""
    waits = "SELECT FROM pg_stat_activity WHERE application_name = %s AND %s = ANY (pg_blocking_pids(pid)) AND backend_xid IS NOT NULL"
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database_url.replace("+psycopg", "")) as hand:
        hand.execute(f"LOCK TABLE {table} IN SHARE MODE")
        answer = pool.submit(phone.made, path, body)
        mine = hand.info.backend_pid
        assert eventually(lambda: rows(database_url, waits, NAME, mine) != [], seconds=60), "the request did not come to write"
        kill()
        hand.rollback()
        return answer.result(120)


def test_a_request_whose_answer_was_lost_is_done_once(web, phone_of, administrator, street, settings):
    officer, asker, claimant = administrator(Role.COMMUNITY_OFFICER, "639999001001"), resident(phone_of, street), resident(phone_of, street)
    team_id = team_led_by(claimant, street)
    demand = published_demand(officer, street, places=2, brand="red_ribbon")
    url = settings.database_url
    asker.client = claimant.client = web.wire

    made = post_while_killing(web.kill_worker, asker, "/demands", demand_form(street), table="audit_entries", database_url=url)
    place = {"role_id": demand["role_id"], "team_id": team_id}
    claim = post_while_killing(web.kill_whole, claimant, "/claims", place, table="claims", database_url=url)
    back = f"/claims/{claim['id']}/release"  # a state of things that would refuse the repeat, were the key not heard
    gone = post_while_killing(web.kill_worker, claimant, back, {"reason": "临时有事"}, table="outbox_events", database_url=url)

    assert web.wire.repeats >= 3
    assert gone["status"] == "released"
    assert rows(url, "SELECT id::text FROM demands WHERE requester_person_id = %s", asker.person_id) == [(made["id"],)]
    assert rows(url, "SELECT id::text FROM claims WHERE team_id = %s", team_id) == [(claim["id"],)]
    assert place_count(demand) == (0, 0)
    told = rows(url, "SELECT count(*) FROM outbox_events WHERE name IN ('demand.submitted', 'place.claimed', 'place.released')")
    assert told == [(4,)], "the demand of the claim was submitted too"
