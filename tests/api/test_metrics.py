"""The figures of all processes are added up on a port of their own, with the state of the outbox."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from sqlalchemy import text

from backend.foundation import clock, findings
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from config.settings import Settings
from ejia import metrics
from tests.support.environment import environment_of
from tests.trial.waiting import eventually

ASKED_BY_A_PROCESS = """
import sys
from ejia.app import create_app
client = create_app().test_client()
for _ in range(int(sys.argv[1])):
    client.get("/healthz")
client.get("/api/v1/persons/639999199001011234")
client.open("/healthz", method="MADE-UP")
"""
RUN_BY_A_WORKER = """
from celery import Celery
from ejia.task_metrics import watch_tasks
app = Celery("probe")
app.conf.task_always_eager = True
watch_tasks(["probe.ring", "probe.unheard"])

@app.task(name="probe.ring")
def ring(fails):
    if fails:
        raise ValueError

for fails in (False, False, True):
    ring.apply(args=[fails])
"""

Ask = Callable[[], dict[str, float]]


@pytest.fixture(scope="module")
def environment(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of processes that leave their figures in one folder."""
    return {**environment_of(settings), metrics.FOLDER_VARIABLE: str(tmp_path_factory.mktemp("figures"))}


@contextmanager
def exposed(environment: dict[str, str]) -> Iterator[Ask]:
    """The exposing process, and how to ask it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "ejia.metrics", "--port", str(port)], env=environment)

    def ask() -> dict[str, float]:
        page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{.*\})?) (\S+)$", page, re.MULTILINE)}

    def answers() -> bool:
        try:
            return bool(ask())
        except requests.ConnectionError:
            return False

    try:
        assert eventually(answers)
        yield ask
    finally:
        process.terminate()
        assert process.wait(10) == 0


def run(code: str, environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def ask(environment: dict[str, str]) -> Iterator[Ask]:
    """Asks the exposing process, which adds up anew at each question."""
    with exposed(environment) as asking:
        yield asking


@pytest.fixture(scope="module")
def asked_of_two(environment: dict[str, str]) -> None:
    """Two processes of the web server were asked, and are over."""
    run(ASKED_BY_A_PROCESS, environment, "2")
    run(ASKED_BY_A_PROCESS, environment, "3")


@pytest.mark.usefixtures("app", "asked_of_two")
def test_the_requests_of_two_processes_are_added_up_by_route_template(ask: Ask) -> None:
    figures = ask()
    assert figures['ejia_http_requests_total{method="GET",route="/healthz",status="200"}'] == 5
    assert figures['ejia_http_request_seconds_count{method="GET",route="/healthz"}'] == 5
    assert figures['ejia_http_requests_total{method="GET",route="(none)",status="404"}'] == 2
    assert figures['ejia_http_requests_total{method="OTHER",route="(none)",status="405"}'] == 2
    assert not [name for name in figures if "639999" in name or "MADE-UP" in name]


@pytest.mark.usefixtures("app")
def test_task_runs_count_by_name_and_outcome(ask: Ask, environment: dict[str, str]) -> None:
    run(RUN_BY_A_WORKER, environment)
    figures = ask()
    assert figures['ejia_tasks_total{outcome="success",task="probe.ring"}'] == 2
    assert figures['ejia_tasks_total{outcome="failure",task="probe.ring"}'] == 1
    assert figures['ejia_tasks_total{outcome="failure",task="probe.unheard"}'] == 0
    assert figures['ejia_task_seconds_count{task="probe.ring"}'] == 3


@pytest.mark.usefixtures("app")
def test_what_waits_in_the_outbox_shows_by_consumer_and_what_a_check_found_last_on_whatever_host(ask: Ask) -> None:
    now, check = clock.now(), "housekeeping.recount_places"
    lines = [("points", now - timedelta(seconds=90), 0), ("points", now, 6), ("statistics", now - timedelta(seconds=30), 5)]
    with transaction():
        for consumer, at, attempts in lines:
            event = new_id()
            db.session.execute(
                text("INSERT INTO outbox_events (id, name, subject_id, at) VALUES (:id, 'service.confirmed', :id, :at)"),
                {"id": event, "at": at},
            )
            db.session.execute(
                text("INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) VALUES (:id, :consumer, :at, :attempts)"),
                {"id": event, "consumer": consumer, "at": at, "attempts": attempts},
            )
    figures = ask()
    assert (figures["ejia_database_up"], figures['ejia_outbox_waiting{consumer="points"}']) == (1, 2)
    assert (figures["ejia_reveals_hour"], figures["ejia_keys_missing"]) == (0, 0)
    assert (figures['ejia_outbox_failed{consumer="points"}'], figures['ejia_outbox_failed{consumer="statistics"}']) == (1, 1)
    with transaction():
        findings.keep(check, 1, now=now)
    assert ask()[f'ejia_task_found{{task="{check}"}}'] == 1
    for found, at in ((0, now + timedelta(days=1)), (7, now)):  # mended; then a host that was slow
        with transaction():
            findings.keep(check, found, now=at)
    figures_then = ask()
    assert figures_then[f'ejia_task_found{{task="{check}"}}'] == 0
    assert figures_then[f'ejia_task_found_timestamp_seconds{{task="{check}"}}'] == pytest.approx((now + timedelta(days=1)).timestamp())
    assert 90 <= figures['ejia_outbox_oldest_seconds{consumer="points"}'] < 150
    assert 30 <= figures['ejia_outbox_oldest_seconds{consumer="statistics"}'] < 90
    with transaction():
        db.session.execute(text("DELETE FROM outbox_deliveries"))
    assert ask().get('ejia_outbox_waiting{consumer="points"}', 0.0) == 0


@pytest.mark.usefixtures("app", "asked_of_two")
def test_without_a_database_the_figures_of_the_processes_still_show(environment: dict[str, str]) -> None:
    with exposed(environment | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}) as ask:
        figures = ask()
    assert figures["ejia_database_up"] == 0
    assert figures['ejia_http_requests_total{method="GET",route="/healthz",status="200"}'] == 5
