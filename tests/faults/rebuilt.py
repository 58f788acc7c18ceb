"""What `ejia rebuild` and a plain recount make of the facts: beside what is there, and from nothing."""

from collections.abc import Mapping
from typing import Any

import psycopg
from click.testing import CliRunner

from ejia.cli.main import main
from ejia.trial.servers import EmbeddedPostgres
from tests.faults.soundness import Derived, derived, net
from tests.statistics.test_figures_equal_facts import differences_to_recount

COPY = "ejia_rebuilt"
DERIVED_TABLES = "ledger_entries, ledger_transactions, points_accounts, statistics_bookings, statistics_presences, statistics_cells"


def rebuilt_in_place(environment: Mapping[str, str]) -> Derived:
    """Ledger and rollups after a rebuild."""
    _rebuild(environment)
    return derived(environment["DATABASE_URL"])


def rebuilt_from_nothing(environment: Mapping[str, str], postgres: EmbeddedPostgres) -> Derived:
    """The net of ledger and rollups as a rebuild makes them in a copy of the database, after its own were thrown away."""
    database = environment["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.url_for("postgres"), autocommit=True) as connection:
        # Nobody may be connected to what is copied; who was connects again.
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
    postgres.drop_database(COPY)
    postgres.create_database(COPY, template=database)
    there = {**environment, "DATABASE_URL": postgres.url_for(COPY)}
    try:
        with psycopg.connect(there["DATABASE_URL"]) as connection:
            connection.execute(f"TRUNCATE {DERIVED_TABLES}")
        _rebuild(there)
        return net(there["DATABASE_URL"])
    finally:
        postgres.drop_database(COPY)


def unlike_a_recount(year: int) -> list[Any]:
    """Every figure of the year that is not what plain SQL counts; months that are still to come have none."""
    return [(code, key, shown, counted) for code, key, shown, counted in differences_to_recount(year) if shown is not None]


def _rebuild(environment: Mapping[str, str]) -> None:
    answer = CliRunner().invoke(main, ["rebuild", "all"], env=dict(environment))
    assert answer.exit_code == 0, answer.output
