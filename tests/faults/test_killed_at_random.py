"""Phones live the loop while everything that a copy consists of is killed at random: web, worker, beat, broker, database, connections.

`make soak` does the same for longer.
"""

from datetime import timedelta

import pytest

from tests.faults.killer import EVERY_KIND
from tests.faults.life import Plan, live

SEED = 20261124
"""What phones and killer choose follows from it; which moment a death comes at does not."""


@pytest.mark.timeout(600)
def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled(tmp_path):
    plan = Plan(timedelta(seconds=15), EVERY_KIND, SEED, households=3, pause=1, scale=0.003, each_kind=1, at_most=timedelta(seconds=150))

    lived = live(tmp_path, plan)

    assert lived.wrong == {}, lived
    assert {kind for kind in EVERY_KIND if lived.killed[kind] < 1} == set(), lived
    assert lived.rounds >= 1, lived
    assert lived.lost > 0, "no answer was lost, so it is not shown that a repeat ends in one row"
    assert lived.repeated >= 20, lived
