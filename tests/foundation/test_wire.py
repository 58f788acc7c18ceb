"""Statements in one round trip with the begin and the end of their transaction."""

from contextlib import closing

import psycopg
import pytest
from psycopg.adapt import AdaptersMap
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.types.string import TextLoader

from backend.foundation import liveness, wire
from backend.foundation.database import db
from backend.foundation.wire import End, PipedConnection

TABLE = "CREATE TEMPORARY TABLE things (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, word text CHECK (word <> ''))"
ADD = b"INSERT INTO things VALUES (%s, %s) RETURNING id"
WORDS = b"SELECT word FROM things ORDER BY word"
PREPARED = b"SELECT statement FROM pg_prepared_statements WHERE name LIKE 'ejia%%'"


@pytest.fixture
def address(app) -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def line(address):
    """A connection, and a table of its own that has one row."""
    with closing(PipedConnection.connect(address)) as connection:
        connection.execute(TABLE)
        connection.execute("INSERT INTO things VALUES (1, '一')")
        connection.commit()
        yield connection


def is_idle(line: PipedConnection) -> bool:
    return (line.info.transaction_status, line.info.pipeline_status) == (TransactionStatus.IDLE, PipelineStatus.OFF)


def test_a_statement_begins_its_transaction_and_may_end_it(line):
    assert line.ask(ADD, [2, "二"]) == [(2,)]
    assert line.info.transaction_status == TransactionStatus.INTRANS
    line.rollback()
    assert line.ask(WORDS, []) == [("一",)]

    assert line.ask(ADD, [3, "三"], end=End.COMMIT) == [(3,)]

    assert is_idle(line)
    assert line.ask(WORDS, [], end=End.COMMIT) == [("一",), ("三",)]
    line.ask(ADD, [4, "四"])
    assert line.ask(WORDS, [], end=End.ROLLBACK) == [("一",), ("三",), ("四",)]
    assert is_idle(line)
    assert line.ask(ADD, [4, "四"], end=End.ROLLBACK) == [(4,)]
    assert is_idle(line)
    assert line.ask(WORDS, []) == [("一",), ("三",)]


def test_values_are_read_as_the_opener_wants_them_and_no_answer_is_kept(address):
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("int4", TextLoader)
    with closing(PipedConnection.connect(address, context=adapters)) as connection:
        for _ in range(2):
            assert connection.ask(b"SELECT 1", []) == connection.execute("SELECT 1").fetchall() == [("1",)]
            assert connection._transformer.pgresult is None


def test_a_statement_that_fails_commits_nothing(line):
    line.ask(ADD, [2, "二"])
    with pytest.raises(psycopg.errors.CheckViolation):
        line.ask(ADD, [3, ""], end=End.COMMIT)
    assert line.info.transaction_status == TransactionStatus.INERROR
    line.rollback()
    assert is_idle(line)
    assert line.ask(WORDS, []) == [("一",)]


def test_a_commit_that_is_refused_is_an_error_of_its_statement(line):
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        line.ask(ADD, [1, "又一"], end=End.COMMIT)
    assert refused.value.diag.constraint_name == "things_pkey"
    assert is_idle(line)
    assert line.ask(WORDS, []) == [("一",)]


def test_what_is_prepared_survives_a_rollback_and_what_failed_is_prepared_anew(line):
    line.ask(WORDS, [])
    line.rollback()
    assert (WORDS.decode(),) in line.ask(PREPARED, [])
    with pytest.raises(psycopg.errors.UndefinedTable):
        line.ask(b"SELECT 1 FROM others", [])
    line.rollback()
    line.execute("CREATE TEMPORARY TABLE others ()")
    assert line.ask(b"SELECT 1 FROM others", []) == []


@pytest.mark.parametrize("ending", ["DROP TABLE others", "ALTER TABLE others ADD n int", "ROLLBACK TO SAVEPOINT before", "DEALLOCATE ALL"])
def test_what_psycopg_makes_the_server_forget_is_prepared_anew(line, ending):
    line.execute("CREATE TEMPORARY TABLE others ()")
    line.execute("SAVEPOINT before")
    line.execute("SELECT 1", prepare=True)
    line.ask(WORDS, [])
    line.execute(ending)
    assert line.ask(WORDS, []) == [("一",)]


@pytest.mark.parametrize("way", ["ask", "cursor"])
def test_a_statement_whose_result_a_migration_changed_fails_once(line, address, way):
    def look() -> object:
        return line.ask(b"SELECT n FROM migrated", []) if way == "ask" else line.execute("SELECT n FROM migrated").fetchall()

    with psycopg.connect(address, autocommit=True) as other:
        other.execute("CREATE TABLE migrated (n int)")
        try:
            for _ in range(7):  # by then psycopg has prepared it, too
                look()
                line.rollback()
            other.execute("ALTER TABLE migrated ALTER n TYPE bigint")
            with pytest.raises(psycopg.errors.FeatureNotSupported):
                look()
            line.rollback()
            assert look() == []
        finally:
            line.rollback()
            other.execute("DROP TABLE migrated")


def test_what_fails_again_and_again_leaves_nothing_behind_on_the_server(line):
    for _ in range(20):
        with pytest.raises(psycopg.errors.UniqueViolation):
            line.ask(ADD, [1, "又一"], end=End.COMMIT)
        with pytest.raises(psycopg.errors.CheckViolation):
            line.ask(ADD, [2, ""])
        line.rollback()
    assert len(line.ask(PREPARED, [])) <= 2


def test_a_transaction_is_taken_back_and_committed_however_many_statements_are_kept(line, monkeypatch):
    monkeypatch.setattr(wire, "_MOST_PREPARED", 2)
    for number in range(4):
        line.ask(b"SELECT %d" % number, [])
    with pytest.raises(psycopg.errors.DivisionByZero):
        line.ask(b"SELECT 7 / %s", [0], end=End.COMMIT)
    line.rollback()
    assert is_idle(line)
    assert line.ask(ADD, [2, "二"], end=End.COMMIT) == [(2,)]
    line.ask(ADD, [3, "三"])
    line.rollback()
    assert line.ask(WORDS, []) == [("一",), ("二",)]


def test_only_so_many_statements_stay_prepared(line, monkeypatch):
    monkeypatch.setattr(wire, "_MOST_PREPARED", 5)
    for number in range(12):
        assert line.ask(b"SELECT %d + %%s::int" % number, [1]) == [(number + 1,)]
        assert line.ask(WORDS, []) == [("一",)]
    kept = {statement for (statement,) in line.ask(PREPARED, [])}
    assert len(kept) == 5
    assert {WORDS.decode(), "SELECT 11 + $1::int"} < kept


def test_a_percent_sign_is_written_twice(line):
    assert line.ask(b"SELECT word LIKE '%%' || %s, '%%s' FROM things", ["一"]) == [(True, "%s")]


def test_values_and_rows_are_those_of_a_cursor(line):
    sent = [None, 1, 2**40, True, "文", b"\x00\xff", [1, 2], ["甲", None], 1.5]
    typed = "SELECT %s::text, %s, %s, %s, %s, %s::bytea, %s::int[], %s::text[], %s::float8"
    [row] = line.ask(typed.encode(), sent)
    assert list(row) == sent
    assert row == line.execute(typed, sent).fetchone()


def test_a_line_on_which_something_may_be_under_way_is_not_used_again(line, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(line, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        line.ask(WORDS, [])
    monkeypatch.undo()
    assert line.closed
    with pytest.raises(psycopg.OperationalError):
        line.ask(WORDS, [])


def test_a_line_that_breaks_says_so(line, address):
    line.ask(WORDS, [])
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [line.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        line.ask(WORDS, [])
    assert line.closed


def test_a_slow_statement_is_waited_for_however_often_it_is_asked_about(address, monkeypatch):
    monkeypatch.setattr(liveness, "SILENCE", 0.001)
    monkeypatch.setattr(liveness.WatchedConnection, "_server_is_there", lambda _: True)
    with closing(liveness.WatchedConnection.connect(address)) as watched:
        assert watched.ask(b"SELECT pg_sleep(1.5), %s", ["doch"], end=End.COMMIT) == [("", "doch")]
        assert is_idle(watched)


def test_a_search_is_planned_by_its_words_however_often_it_is_sent(app):
    searching = "SELECT count(*) FROM demands WHERE search_grams(title) @> search_wanted(%s)"
    prepared = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT%%' AND NOT statement LIKE '%%pg_prepared%%'"
    with db.engine.connect() as connection:
        for _ in range(15):
            connection.exec_driver_sql(searching, ("看望",))
            connection.exec_driver_sql("SELECT 1 WHERE %s = '看望'", ("看望",))
        kept = connection.exec_driver_sql(prepared).scalars().all()
    assert [wire.PLANNED_BY_VALUES in statement for statement in kept if "看望" in statement or "search" in statement] == [False]
