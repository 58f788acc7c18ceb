"""The migrations lead to what the models say, both ways, without holding up a full database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from apiflask import APIFlask
from psycopg import sql
from sqlalchemy import CheckConstraint, create_engine, make_url
from sqlalchemy.pool import NullPool

from backend.foundation import schema
from backend.foundation.database import db
from backend.migrations import indexes
from backend.tables import METADATA
from config.settings import Settings
from ejia.trial.demo.load import load_demonstration_year
from ejia.trial.servers import Servers

SQUAWK = Path(sys.executable).with_name("squawk")
ALLOWED = [
    "prefer-robust-stmts",  # a migration is one transaction: it happens as a whole or not at all
    "prefer-text-field",  # the words of an enumeration; their length never changes
    "ban-drop-constraint",  # a check that says more takes the place of one that said less
    "require-lock-timeout",  # set for all in env.py, as is the next
    "require-statement-timeout",
]
BEFORE = "0068"
"""The last state that was handed on: what its rows need on the way from there is done."""
MIGRATIONS: list[Script] = list(ScriptDirectory.from_config(schema.config_for("")).walk_revisions())[::-1]


@pytest.fixture
def empty_database(servers: Servers) -> Iterator[str]:
    """The address of a database without tables."""
    admin = servers.postgres.url_for("postgres")
    servers.postgres.create_database("migrations")
    yield servers.postgres.url_for("migrations").replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE migrations")


@contextmanager
def _migrating(database_url: str) -> Iterator[None]:
    """As within a migration of this database."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            yield
    engine.dispose()


def _tables(database_url: str) -> set[str]:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def _rows(database_url: str) -> dict[str, int]:
    """How many rows stand in each table."""
    count = sql.SQL("SELECT count(*) FROM {}")
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        return {name: connection.execute(count.format(sql.Identifier(name))).fetchall()[0][0] for name in METADATA.tables}


def _party_organisations(database_url: str) -> list[tuple[object, ...]]:
    """What the names of Party organisations look like."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT id, name, name_skeleton FROM party_organisations ORDER BY id").fetchall()


_PIECES = """
    SELECT public.search_grams(name)
    FROM (SELECT name FROM public.people UNION ALL VALUES (''), ('Ａ'), ('王 小•明𠮷ab')) texts (name)
    ORDER BY name
"""


def _pieces(database_url: str) -> list[list[str]]:
    """Into what names and some texts are taken apart for searching, where no schema is looked in, as in a restore."""
    with psycopg.connect(database_url.replace("+psycopg", ""), options="-c search_path=") as connection:
        return [sorted(pieces) for (pieces,) in connection.execute(_PIECES)]


def test_migrations_lead_to_the_models_and_back_and_again(empty_database: str) -> None:
    schema.upgrade(empty_database)
    assert schema.differences(empty_database, METADATA) == []
    schema.downgrade(empty_database, "base")
    assert _tables(empty_database) == {"alembic_version"}
    schema.upgrade(empty_database)
    assert schema.differences(empty_database, METADATA) == []


def test_a_database_with_a_year_in_it_goes_back_to_the_state_before_and_forth(app: APIFlask, settings: Settings, servers: Servers) -> None:
    load_demonstration_year(settings.wechat_appid, scale=0.005, progress=lambda *_: lambda _: None)
    db.session.remove()
    db.engine.dispose()  # nobody may be in a database that is copied
    admin = servers.postgres.url_for("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE stepping TEMPLATE {}").format(sql.Identifier(make_url(settings.database_url).database)))
    copy = servers.postgres.url_for("stepping").replace("postgresql:", "postgresql+psycopg:")
    rows, pieces, called = _rows(copy), _pieces(copy), _party_organisations(copy)
    assert called

    schema.downgrade(copy, BEFORE)
    stood_before = _tables(copy) - {"alembic_version"}
    assert _pieces(copy) == pieces, "of which the indexes are made"
    schema.upgrade(copy)

    assert schema.differences(copy, METADATA) == []
    assert _party_organisations(copy) == called, "those that stood before are found by name"
    kept = _rows(copy)
    assert {name: kept[name] for name in stood_before} == {name: rows[name] for name in stood_before}
    assert sum(rows.values()) > 1_000
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE stepping")


def test_two_that_migrate_at_once_both_find_it_done(empty_database: str) -> None:
    program = "import sys; from backend.foundation import schema; schema.upgrade(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", program, empty_database], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in both] == [("", 0)] * 2
    assert schema.differences(empty_database, METADATA) == []


def test_an_index_that_was_cut_short_is_made_anew(empty_database: str) -> None:
    schema.upgrade(empty_database)
    with psycopg.connect(empty_database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_teams_status'::regclass")
        with _migrating(empty_database):
            indexes.add("ix_teams_status", "teams", ["status", "id"])
        assert connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
        assert schema.differences(empty_database, METADATA) == []


def test_an_index_goes_without_holding_up_writers(empty_database: str) -> None:
    schema.upgrade(empty_database)
    with _migrating(empty_database):
        indexes.drop("ix_teams_status", "teams")
    [(what, gone)] = schema.differences(empty_database, METADATA)
    assert (what, gone.name) == ("add_index", "ix_teams_status")


def test_every_check_of_the_models_is_in_the_database_under_its_name(empty_database: str) -> None:
    schema.upgrade(empty_database)
    with psycopg.connect(empty_database.replace("+psycopg", "")) as connection:
        names = connection.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
        found = {name for (name,) in names}
    tables = METADATA.sorted_tables
    assert found == {str(check.name) for table in tables for check in table.constraints if isinstance(check, CheckConstraint)}


def test_every_constraint_and_index_carries_a_name_of_our_own(empty_database: str) -> None:
    schema.upgrade(empty_database)
    with psycopg.connect(empty_database.replace("+psycopg", "")) as connection:
        names = connection.execute("""
            SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND relname <> 'alembic_version'
            UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        """).fetchall()
    assert len(names) > 50
    assert [name for (name,) in names if name.split("_")[0] not in {"pk", "fk", "uq", "ck", "ix", "refuse", "ex"}] == []


def test_migrations_stand_in_one_row_and_are_named_after_their_number() -> None:
    assert len(ScriptDirectory.from_config(schema.config_for("")).get_heads()) == 1
    assert [script.revision for script in MIGRATIONS] == [f"{number:04}" for number in range(1, len(MIGRATIONS) + 1)]
    assert [script.revision for script in MIGRATIONS if not Path(script.path).name.startswith(f"{script.revision}_")] == []


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda script: script.revision)
def test_no_migration_locks_a_full_table_for_long(migration: Script, tmp_path: Path) -> None:
    config = schema.config_for("")
    config.output_buffer = StringIO()
    command.upgrade(config, f"{migration.down_revision or 'base'}:{migration.revision}", sql=True)
    statements = tmp_path / f"{migration.revision}.sql"
    statements.write_text(config.output_buffer.getvalue())
    options = [f"--exclude={','.join(ALLOWED)}", "--pg-version=16", "--reporter=gcc"]
    found = subprocess.run([SQUAWK, *options, statements], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
