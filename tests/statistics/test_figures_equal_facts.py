"""Whatever happened, in whatever order and however often it was heard: every figure equals a plain recount."""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.statistics import indicators, service
from backend.statistics.queries import year_figures
from tests.statistics.histories import YEAR, History
from tests.support.recounts import RECOUNTS, WHOLE_YEAR, recount


def everything_booked():
    """All that statistics hold, to be compared before and after."""
    tables = ("statistics_bookings", "statistics_presences", "statistics_cells")
    return {table: sorted(db.session.scalars(text(f"SELECT t::text FROM {table} t"))) for table in tables}  # noqa: S608


def hear(events, random: Random):
    """Let statistics hear these events in a random order, in batches by name, some of them twice."""
    arrivals = list(events) + random.sample(list(events), len(events) // 3)
    random.shuffle(arrivals)
    while arrivals:
        batch = [arrivals.pop() for _ in range(min(len(arrivals), random.randrange(1, 20)))]
        for name in sorted({name for name, _ in batch} & set(service.REACTIONS)):
            service.REACTIONS[name](sorted({subject for heard, subject in batch if heard == name}), now=clock.now())


def differences_to_recount(year: int = YEAR):
    """Every number of every table of the year that differs from its recount."""
    tables = [
        (area.path, year_figures(Actor.system(), year, area.id, now=clock.now()))
        for area in db.session.scalars(select(Area).where(Area.level != Level.GRID))
    ]
    wrong = []
    for code in indicators.current():
        parts = [part.code for part in next(f for f in tables[0][1].figures if f.indicator.code == code).parts]
        expected = recount(code, year, parts=["", *parts])
        for path, table in tables:
            figure = next(figure for figure in table.figures if figure.indicator.code == code)
            for part, series in [("", figure.series), *((part.code, part.series) for part in figure.parts)]:
                shown = {(path, part, WHOLE_YEAR): series.year}
                shown |= {(path, part, month): value for month, value in enumerate(series.months, start=1)}
                shown |= {(area.path, part, WHOLE_YEAR): value for area, value in zip(table.communities, series.communities, strict=True)}
                wrong += [(code, key, value, expected[key]) for key, value in shown.items() if value != expected[key]]
    return wrong


def test_every_indicator_has_a_recount(app):
    assert set(RECOUNTS) == set(indicators.current())


def heard_of():
    """Every event so far: its name and subject, in the order in which they happened."""
    db.session().send_held()  # nothing is committed here
    return [
        (name, subject) for name, subject in db.session.execute(select(OutboxEvent.name, OutboxEvent.subject_id).order_by(OutboxEvent.id))
    ]


@pytest.mark.usefixtures("street")
def test_figures_equal_a_recount_of_the_facts_whatever_happened(app):
    @settings(
        max_examples=10, phases=(Phase.explicit, Phase.generate), database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(random=st.randoms(use_true_random=False), steps=st.integers(1, 60))
    def holds(random, steps):
        try:
            history = History(random)
            for _ in range(steps):
                history.go_on()
                if random.random() < 0.1:  # statistics may hear of it before, or long after, the next thing happens
                    hear(random.sample(events := heard_of(), len(events) // 2), random)
            hear(heard_of(), random)
            assert differences_to_recount() == []
            kept = everything_booked()
            service.rebuild()
            assert everything_booked() == kept
        finally:
            db.session.rollback()

    holds()


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize("seed", range(4))
def test_every_change_is_announced_by_its_own_event(app, seed):
    """Each event is heard once, right when it happened: a measure that misses one of its events is never told by another."""
    random = Random(seed)
    history, told = History(random), 0
    for _ in range(200):
        history.go_on()
        events = heard_of()
        for name, subject in events[told:]:
            if name in service.REACTIONS:
                service.REACTIONS[name]([subject], now=clock.now())
        told = len(events)

    assert differences_to_recount() == []
    db.session.rollback()
