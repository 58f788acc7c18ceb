"""The chain over the audit log: whoever owns the database may do what they like with it, and it is found."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.foundation import audit, audit_chain, audit_heads, clock
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry
from backend.foundation.audit_heads import Signer
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from tasks import housekeeping


def act(times: int = 1) -> None:
    for _ in range(times):
        with transaction():
            audit.record(Actor.system(), "place.claim", new_id(), now=clock.now(), claimant="team_id:-")


def owner(*statements: str) -> None:
    """Whoever owns the database, past every trigger."""
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def positions() -> list[int | None]:
    with transaction():
        return list(db.session.scalars(select(AuditEntry.position).order_by(AuditEntry.position.nulls_last())))


@pytest.fixture
def kept(app, tmp_path: Path, ejia) -> Path:
    """Ten acts, sealed, and the head that somebody outside keeps."""
    act(10)
    file = tmp_path / "head.json"
    file.write_text(ejia("audit", "head").stdout)
    return file


def test_what_was_left_alone_is_found_whole_also_when_more_came_after_the_head(kept, ejia):
    act(3)
    housekeeping.seal_audit_entries()
    act(2)
    told = ejia("audit", "verify", "--head", str(kept))
    assert told.exit_code == 0, told.output
    assert "已封存 13 条，等待封存 2 条；与 1 个链首一致" in told.stdout


EDIT = 'UPDATE audit_entries SET details = \'{"claimant": "person_id:-"}\' WHERE position = 4'
ANEW = "UPDATE audit_entries SET position = NULL, digest = NULL"


@pytest.mark.parametrize(
    ("statements", "chained_anew", "said", "without_head"),
    [
        ([EDIT], False, "第 4 条（", 1),
        (["UPDATE audit_entries SET at = at - interval '1 s' WHERE position = 10"], False, "第 10 条（", 1),
        (["DELETE FROM audit_entries WHERE position BETWEEN 4 AND 5"], False, "第 4 条起，2 条不见了", 1),
        (["DELETE FROM audit_entries WHERE position > 8"], False, "链首在第 10 条，现在没有这一条", 0),
        (["TRUNCATE audit_entries"], False, "链首在第 10 条，现在没有这一条", 0),
        ([EDIT, ANEW], True, "第 10 条与签发时不同", 0),
        (["DELETE FROM audit_entries WHERE position = 4", ANEW], True, "链首在第 10 条，现在没有这一条", 0),
    ],
    ids=["edited", "moved in time", "taken out", "cut off", "truncated", "edited and chained anew", "taken out and chained anew"],
)
def test_what_the_owner_of_the_database_does_is_found(kept, ejia, statements, chained_anew, said, without_head):
    owner(*statements)
    if chained_anew:
        housekeeping.seal_audit_entries()
    told = ejia("audit", "verify", "--head", str(kept))
    assert (told.exit_code, said in told.stderr) == (1, True), told.output
    assert ejia("audit", "verify").exit_code == without_head


def test_whoever_goes_on_after_a_truncation_is_found_too(kept, ejia):
    owner("TRUNCATE audit_entries")
    act(12)
    housekeeping.seal_audit_entries()
    assert "第 10 条与签发时不同" in ejia("audit", "verify", "--head", str(kept)).stderr


def test_a_head_that_somebody_wrote_themselves_is_none(kept, ejia, app):
    forged = json.loads(kept.read_text())
    forged["head"] = forged["head"].replace('"position": 10', '"position": 9')
    kept.write_text(json.dumps(forged))
    assert "签名不是本系统的密钥所签" in ejia("audit", "verify", "--head", str(kept)).stderr

    other = Signer(bytes(range(32)), None)
    with transaction():
        kept.write_text(other.signed(audit_heads.head(now=clock.now())))
    assert ejia("audit", "verify", "--head", str(kept)).exit_code == 1
    assert ejia("audit", "verify", "--head", str(kept), "--public-key", other.public_key).exit_code == 0
    kept.write_text("[]")
    assert "不是签发的链首文件" in ejia("audit", "verify", "--head", str(kept)).stderr


def test_an_entry_has_its_place_for_good(kept):
    for change in ("SET position = 99, digest = 'x' WHERE position = 4", "SET reason = 'x' WHERE position = 4", "SET digest = NULL"):
        with pytest.raises(IntegrityError, match="sealed once"), transaction():
            db.session.execute(text(f"UPDATE audit_entries {change}"))


def seal_and_be_killed() -> None:
    with transaction():
        assert audit_chain.seal(now=clock.now()) == 5
        killer = create_engine(db.engine.url)
        with killer.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": db.session.scalar(select(func.pg_backend_pid()))})
        killer.dispose()


def test_a_sealer_that_is_killed_at_its_last_step_has_done_nothing_and_the_next_one_does_all_of_it_once(app):
    act(5)
    with pytest.raises(DBAPIError):
        seal_and_be_killed()
    assert positions() == [None] * 5

    housekeeping.seal_audit_entries()
    housekeeping.seal_audit_entries()
    assert positions() == [1, 2, 3, 4, 5]


def test_who_commits_late_waits_for_no_sealer_and_is_sealed_later(kept, ejia):
    entry = {"id": new_id(), "at": clock.now(), "action": "place.claim", "succeeded": True, "details": {}}
    with db.engine.connect() as late:
        late.execute(insert(AuditEntry).values(**entry))
        act(2)
        with transaction():
            assert audit_chain.seal(now=clock.now()) == 2
            with db.engine.connect() as other, other.begin():
                other.execute(text("SET LOCAL lock_timeout = '1s'"))
                assert other.scalar(select(func.pg_try_advisory_xact_lock(audit_chain._ONE_SEALER))) is False, "one sealer at a time"
                late.commit()
    housekeeping.seal_audit_entries()
    assert positions() == list(range(1, 14))
    assert ejia("audit", "verify", "--head", str(kept)).exit_code == 0


def test_the_head_of_a_day_is_kept_in_its_file_and_no_later_one_replaces_it(app, tmp_path, pass_time, ejia):
    folder, before = tmp_path / "heads", audit_heads.current()
    audit_heads.use(Signer(bytes(range(32)), folder))
    act(3)
    housekeeping.hand_out_audit_head()
    (file,) = folder.iterdir()
    first = file.read_text()
    act(2)
    housekeeping.hand_out_audit_head()
    assert [kept.read_text() for kept in folder.iterdir()] == [first]
    pass_time(days=1)
    housekeeping.hand_out_audit_head()
    key = audit_heads.current().public_key
    assert sorted(audit_heads.read(kept.read_text(), public_key=key).link.position for kept in folder.iterdir()) == [3, 5]
    audit_heads.use(before)
