"""Workers die in the middle of batches and of imports, the broker forgets everything, rings and deliveries come twice and in any order:
nothing is lost and nothing is doubled."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import psycopg
import pytest
import redis

from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.imports.models import ImportKind
from tests.faults import deliveries, stock
from tests.faults.blows import BLOWS, BLOWS_WHEN_HEARD_AGAIN, Blow, Hand, blows_once_settled, strike, strike_at_random
from tests.faults.crew import Crew
from tests.faults.rebuilt import rebuilt_from_nothing, rebuilt_in_place, unlike_a_recount
from tests.faults.rosters import JOINED, REGISTERED, Rosters, at_part, midway
from tests.faults.soundness import derived, net, wrongs
from tests.faults.stream import Stream
from tests.support.environment import environment_of
from tests.trial.waiting import eventually

SCALE = 0.02
"""Of the demonstration year: some 950 services, 7,000 deliveries."""
SO_FEW = {"team.dissolved", "registration.ended"}
"""What so small a year has none of."""
STEPS = 8
KILLS_AT_RANDOM = 3
LEAST_HITS = 10
FELLED = 3
"""The blow of every six that fells the whole worker, which takes seconds to come up again."""
YEAR = 2023
NEWCOMERS, MISTAKEN = ("石甲", "石乙", "石丙", "石丁", "石戊", "石己", "石庚"), ("石辛", "石壬", "石癸", "石子")
"""Of whom the demonstration year has none."""


@pytest.fixture
def crew(app, settings, tmp_path) -> Iterator[Crew]:
    """The worker and the beats, in a street of which nobody has heard anything yet."""
    stock.load_street(settings.wechat_appid, scale=SCALE)
    with Crew(tmp_path, environment_of(settings)) as running:
        yield running


@pytest.fixture
def hand(settings) -> Iterator[Hand]:
    """The connection in which the test holds its locks."""
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        yield connection


def beat_down(blows: Sequence[Blow], crew: Crew, hand: Hand, *, before: Callable[[], object] | None = None) -> int:
    """Strike each blow, after something was written where `before` writes; now and then it fells the whole worker. Returns how many batches
    were hit."""
    for number, blow in enumerate(blows):
        if before is not None:
            before()
        undone = strike(crew, hand, blow, whole=number % 6 == FELLED, again=before)
        assert undone, f"{blow.consumer}: a batch that was killed where {blow.moment} left receipts"
    return len(blows)


def drain() -> None:
    """Put the clock to where nothing is held back, and wait until everything is heard."""
    clock.advance(deliveries.HELD_BACK)

    def all_heard() -> bool:
        with transaction():
            return deliveries.waiting() == 0

    assert eventually(all_heard, seconds=90), "deliveries are left undone"


def bring_rosters(rosters: Rosters) -> None:
    """Volunteers and members come in, and some go out again, while whoever does it is killed: each line counts once, and what is undone
    leaves nothing."""
    lines, names = rosters.volunteers(NEWCOMERS), sorted(NEWCOMERS)
    volunteers = rosters.bring_and_strike(ImportKind.VOLUNTEERS, lines)
    assert rosters.found(volunteers) == ("checked", len(lines), 0, 0)
    rosters.enter(volunteers, midway("volunteers"), at_part(volunteers, 1, done=1))
    members = rosters.bring(ImportKind.TEAM_MEMBERS, rosters.members(lines))
    rosters.enter(members, midway("import_parts"))
    for entered in (volunteers, members):
        assert rosters.found(entered) == ("entered", len(lines), 0, 0), "no line was found to be entered already"
    dated = {"volunteers": [(name, REGISTERED) for name in names], "members": [(name, JOINED) for name in names]}
    assert rosters.standing(lines) == {"people": names, "consents": names} | dated
    for kind, again in ((ImportKind.VOLUNTEERS, lines), (ImportKind.TEAM_MEMBERS, rosters.members(lines))):
        assert rosters.found(rosters.bring(kind, again)) == ("checked", 0, len(lines), 0)

    mistaken = rosters.volunteers(MISTAKEN)
    by_mistake = rosters.bring(ImportKind.VOLUNTEERS, mistaken)
    rosters.enter(by_mistake)
    assert len(rosters.standing(mistaken)["volunteers"]) == len(mistaken)
    rosters.undo(by_mistake, midway("people"), at_part(by_mistake, 0, done=1))
    assert set(map(len, rosters.standing(mistaken).values())) == {0}


@pytest.mark.timeout(600)
def test_ledger_and_rollups_equal_a_rebuild_whatever_befell_the_workers(crew, hand, settings, servers, tmp_path):
    random = Random(YEAR)
    stream, broker = Stream(random), redis.Redis.from_url(settings.broker_url)

    def write() -> None:
        stream.go_on(STEPS, now=clock.now())

    assert stock.announce(now=clock.now()) > 5_000
    assert stock.untold() <= SO_FEW
    hits = beat_down(BLOWS, crew, hand, before=write)
    broker.flushall()
    drain()
    write()
    record = stream.withdraw_untouched(now=clock.now())
    hits += beat_down(blows_once_settled(record.fact_id, record.person_id), crew, hand)
    for _ in range(KILLS_AT_RANDOM):
        write()
        hits += strike_at_random(crew, random)
        broker.flushall()
    crew.replace_a_beat()
    drain()
    bring_rosters(Rosters(crew, hand, tmp_path, settings.database_url))
    drain()
    settled = derived(settings.database_url)
    assert wrongs(settings.database_url) == {}

    with transaction():
        assert deliveries.insert_once_more(clock.now()) > 5_000
    hits += beat_down(BLOWS_WHEN_HEARD_AGAIN, crew, hand)
    drain()
    assert derived(settings.database_url) == settled
    assert wrongs(settings.database_url) == {}
    assert hits >= LEAST_HITS
    assert "outbox.postponed" not in crew.log.read_text(), "a reaction failed, which none of this gives a reason for"

    crew.end()
    for year in (YEAR, clock.shanghai_day(clock.now()).year):
        assert unlike_a_recount(year) == []
    db.session.rollback()
    assert rebuilt_in_place(environment_of(settings)) == settled
    assert rebuilt_from_nothing(environment_of(settings), servers.postgres) == net(settings.database_url)
