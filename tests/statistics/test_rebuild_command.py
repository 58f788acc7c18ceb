"""`ejia rebuild` as an operator runs it."""

from sqlalchemy import text

from backend.foundation.database import db, transaction
from tests.statistics.test_figures_equal_facts import differences_to_recount, everything_booked
from tests.statistics.test_workers import a_history
from tests.support.command_line import CommandLine


def test_a_rebuild_counts_what_was_thrown_away(app, street, settings):
    a_history(seed=6, steps=80)
    with transaction():
        for table in ("statistics_bookings", "statistics_presences"):
            db.session.execute(text(f"TRUNCATE {table}"))
        db.session.execute(text("UPDATE statistics_cells SET rows_in = rows_in + 7, people = 3"))

    answer = CommandLine(settings)("rebuild", "statistics")

    assert (answer.exit_code, answer.output.strip().splitlines()[-1]) == (0, "年度统计已按事实重新计算。")
    with transaction():
        assert differences_to_recount() == []
        assert everything_booked()["statistics_bookings"]


def test_a_rebuild_of_all_counts_the_points_too(app, street, settings):
    a_history(seed=7, steps=40)

    assert CommandLine(settings)("rebuild", "all").exit_code == 0

    with transaction():
        assert differences_to_recount() == []
