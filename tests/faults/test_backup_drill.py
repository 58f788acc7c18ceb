"""The drill: a backup is made while people work, much changes, and the restored copy shows what there was."""

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier, Event

import pytest

from backend.accounts.limits import Written
from backend.foundation import clock, outbox
from backend.foundation.actor import Role
from backend.foundation.database import db
from config.settings import Settings
from ejia.app import create_app
from tests.faults import stock
from tests.faults.deliveries import HELD_BACK
from tests.faults.rebuilt import rebuilt_in_place
from tests.faults.soundness import derived, rows, wrongs
from tests.faults.stream import Stream
from tests.support.command_line import CommandLine
from tests.support.demands import demand_form, resident
from tests.support.environment import environment_of
from tests.support.phone import Phone
from tests.support.trial_run import EJIA

SCALE, YEAR, STEPS = 0.01, 2023, 60
OTHER = "ejia_drill"
WRITERS = 3


@pytest.fixture
def restored(settings, servers) -> Iterator[Settings]:
    """A copy with the same keys and a database that is not there yet."""
    url = servers.postgres.url_for(OTHER).replace("postgresql:", "postgresql+psycopg:", 1)
    yield settings.model_copy(update={"database_url": url})
    servers.postgres.drop_database(OTHER)


def deliver_all() -> None:
    clock.advance(HELD_BACK)
    for consumer in outbox.consumers():
        while outbox.deliver_batch(consumer, now=clock.now()):
            pass


def demands_in(copy: Settings) -> int:
    [(count,)] = rows(copy.database_url, "SELECT count(*) FROM demands")
    return count


def backed_up_while_people_write(settings: Settings, phones: list[Phone], street: Mapping[str, str], file: Path) -> None:
    """Every phone asks for one visit after another, from before the backup begins until after it has ended."""
    over, writing = Event(), Barrier(len(phones) + 1)

    def write(phone: Phone) -> None:
        phone.made("/demands", demand_form(street))
        writing.wait()
        while not over.is_set():
            phone.made("/demands", demand_form(street))
        phone.made("/demands", demand_form(street))

    with ThreadPoolExecutor(len(phones)) as pool:
        at_work = [pool.submit(write, phone) for phone in phones]
        writing.wait()
        # In a process of its own: one here would begin this process anew, and with it what one person may write in a day.
        told = subprocess.run([EJIA, "backup", "-o", file], env=environment_of(settings), capture_output=True, text=True)
        over.set()
        for each in at_work:
            each.result()
    assert told.returncode == 0, told.stderr


@pytest.mark.timeout(300)
def test_the_restored_copy_gives_the_same_figures(app, settings, restored, administrator, phone_of, bounds, tmp_path):
    file, url, there = tmp_path / "ejia.dump", settings.database_url, restored.database_url
    stock.load_street(settings.wechat_appid, scale=SCALE)
    stock.announce(now=clock.now())
    deliver_all()
    [(street_id, path)] = rows(url, "SELECT id::text, path FROM areas WHERE level = 'street'")
    street = dict(rows(url, "SELECT name, id::text FROM areas WHERE level = 'community'"))
    officer = administrator(Role.STREET_OFFICER, path)
    phones = [resident(phone_of, street) for _ in range(WRITERS)]
    figures, settled = officer.seen(f"/figures/{YEAR}", area_id=street_id)["figures"], derived(url)
    assert sum(figure["value"] for figure in figures) > 1_000
    before = demands_in(settings)

    head = tmp_path / "head.json"
    head.write_text(CommandLine(settings)("audit", "head").stdout)
    bounds(Written.DEMAND, a_day=100_000, open=100_000)
    backed_up_while_people_write(settings, phones, street, file)
    Stream(Random(YEAR)).go_on(STEPS, now=clock.now())
    deliver_all()
    assert derived(url) != settled

    told = CommandLine(restored)("restore", str(file))
    assert told.exit_code == 0, told.output
    assert before < demands_in(restored) < demands_in(settings), "people wrote before and after the moment of the backup"
    assert derived(there) == settled
    verified = CommandLine(restored)("audit", "verify", "--head", str(head))
    assert verified.exit_code == 0, verified.output
    copy = create_app(restored)
    with copy.app_context():
        officer.client = copy.test_client()
        assert officer.seen(f"/figures/{YEAR}", area_id=street_id)["figures"] == figures
        deliver_all()
        db.session.remove()
        db.engine.dispose()
    assert wrongs(there) == {}
    caught_up = derived(there)
    assert rebuilt_in_place(environment_of(restored)) == caught_up
