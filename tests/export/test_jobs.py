"""Long work: asked for, run in steps, and its file handed to whoever asked."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from backend.accounts import service as accounts
from backend.foundation import clock, files, jobs
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.errors import Missing
from backend.foundation.ids import new_id
from backend.foundation.objects import Objects, StoreAway
from ejia.keys import bytes_of
from tasks import housekeeping
from tasks import jobs as task
from tests.export.conftest import SCROLL, STEPS, InkDry
from tests.support.phone import refused

STREET = "639999001"


def audited(job_id) -> list[tuple[str, dict[str, object]]]:
    rows = db.session.execute(
        text("SELECT action, details FROM audit_entries WHERE subject_id = :id AND succeeded ORDER BY at, id"), {"id": job_id}
    )
    return [(row.action, row.details) for row in rows]


def test_job_is_queued_then_run_and_its_file_is_fetched_and_audited(street_officer, ask):
    job = ask(street_officer)
    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["done"], seen["file_name"], seen["started_at"]) == ("queued", 0, None, None)

    task.run()

    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["done"], seen["total"], seen["error"]) == ("done", STEPS, STEPS, None)
    assert seen["finished_at"] is not None
    answer = street_officer.get(f"/jobs/{job.id}/file")
    assert answer.status_code == 200
    assert answer.get_data() == b"run 1, year 2023"
    assert "filename*=UTF-8''%E9%9D%92%E5%B1%B1%E8%A1%97%E9%81%93_%E5%8D%B7%E8%BD%B4_2023" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert audited(job.id) == [
        ("figures.export", {"kind": "scroll", "area_path": STREET}),
        ("figures.export", {"fetched": True}),
    ]


def test_second_ring_finds_nothing_to_do(street_officer, ask, scribe):
    ask(street_officer)
    task.run()
    task.run()
    assert scribe.runs == 1


def test_oldest_job_is_taken_first(street_officer, ask, pass_time):
    first = ask(street_officer)
    pass_time(seconds=1)
    second = ask(street_officer)
    taken = [jobs.take_next(now=clock.now()) for _ in range(3)]
    assert [one and one.id for one in taken] == [first.id, second.id, None]


def test_job_whose_worker_was_killed_is_taken_again_when_its_lease_is_over(street_officer, ask, scribe, settings, pass_time, project_root):
    job = ask(street_officer)
    killed = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=project_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"DATABASE": settings.database_url, "NOW": clock.now().isoformat(), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert killed.stdout is not None
    assert killed.stdout.readline().strip() == str(job.id)
    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["done"], seen["total"]) == ("running", 1, 5)
    killed.kill()
    killed.communicate()

    task.run()
    assert scribe.runs == 0, "taken before its lease was over"
    pass_time(seconds=(jobs.LEASE + timedelta(seconds=1)).total_seconds())
    task.run()

    assert scribe.runs == 1
    assert street_officer.seen(f"/jobs/{job.id}")["state"] == "done"


HOLD = """
import os, sys
from datetime import datetime
from flask import Flask
from backend.foundation import jobs
from backend.foundation.database import db
app = Flask("killed")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE"]
db.init_app(app)
with app.app_context():
    now = datetime.fromisoformat(os.environ["NOW"])
    task = jobs.take_next(now=now)
    jobs.advance(task, 1, 5, now=now)
    print(task.id, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("at", ["bytes", "row"])
def test_kill_between_a_result_and_its_job_loses_nothing_and_leaves_nothing(
    street_officer, ask, scribe, settings, pass_time, project_root, monkeypatch, at
):
    """Once the bytes are stored, or the row is added as well, and nothing is committed."""
    job, folder = ask(street_officer), settings.files_folder
    before = set(folder.iterdir())
    killed = subprocess.Popen(
        [sys.executable, "-c", STORE, at], cwd=project_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"DATABASE": settings.database_url, "FILES": str(folder), "NOW": clock.now().isoformat(), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert killed.stdout is not None
    left = killed.stdout.readline().strip()
    killed.kill()
    killed.communicate()
    assert left in {file.name for file in set(folder.iterdir()) - before}

    pass_time(minutes=3)
    task.run()
    assert street_officer.get(f"/jobs/{job.id}/file").get_data() == b"run 1, year 2023"
    monkeypatch.setattr(clock, "machine", lambda: datetime.now(UTC) + timedelta(days=2))
    housekeeping.sweep_files()
    assert left not in {file.name for file in folder.iterdir()}
    with transaction():
        assert str(db.session.scalars(select(files.File.id)).one()) in {file.name for file in folder.iterdir()}


STORE = """
import os, sys
from datetime import datetime
from pathlib import Path
from flask import Flask
from backend.foundation import files, jobs
from backend.foundation.database import db
from backend.foundation.objects import Objects
app = Flask("killed")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE"]
db.init_app(app)
with app.app_context():
    files.use(Objects.in_folder(Path(os.environ["FILES"])), b"")
    now = datetime.fromisoformat(os.environ["NOW"])
    task = jobs.take_next(now=now)
    stored = files.put(files.DOCUMENT, b"%PDF-1.7")
    if sys.argv[1] == "row":
        files.add(stored, "x.pdf", area_path=task.area_path, now=now)
    print(stored.id, flush=True)
    sys.stdin.read()
"""


def test_worker_that_comes_back_late_changes_nothing(street_officer, ask, pass_time):
    job = ask(street_officer)
    late = jobs.take_next(now=clock.now())
    pass_time(minutes=3)
    prompt = jobs.take_next(now=clock.now())
    assert late is not None
    assert prompt is not None

    assert not jobs.advance(late, 1, 2, now=clock.now())
    assert not jobs.finish(late, jobs.Result("late.txt", SCROLL, b"late"), now=clock.now())
    assert not jobs.fail(late, "late", "太迟了", now=clock.now())
    assert jobs.finish(prompt, jobs.Result("prompt.txt", SCROLL, b"prompt"), now=clock.now())
    assert not jobs.finish(late, jobs.Result("late.txt", SCROLL, b"late"), now=clock.now())

    assert street_officer.get(f"/jobs/{job.id}/file").get_data() == b"prompt"


def test_each_step_renews_the_lease(street_officer, ask, scribe, pass_time):
    ask(street_officer)
    taken_meanwhile = []

    def dawdle(step):
        pass_time(seconds=jobs.LEASE.total_seconds() * 0.6)
        taken_meanwhile.append(jobs.take_next(now=clock.now()))

    scribe.between = dawdle
    task.run()
    assert taken_meanwhile == [None] * STEPS
    assert scribe.runs == 1


def test_job_that_kills_its_workers_is_given_up(street_officer, ask, scribe, pass_time):
    job = ask(street_officer)
    for _ in range(jobs.MOST_ATTEMPTS):
        assert jobs.take_next(now=clock.now()) is not None
        pass_time(minutes=3)
    assert jobs.take_next(now=clock.now()) is None
    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["error"], seen["error_detail"]) == ("failed", "job_given_up", "多次尝试都没有完成，请稍后重新提交")


def test_refusal_of_the_work_becomes_the_error_of_the_job(street_officer, ask, scribe):
    def refuse(step):
        raise InkDry

    scribe.between = refuse
    job = ask(street_officer)
    task.run()
    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["error"], seen["error_detail"]) == ("failed", "ink_dry", "墨干了")
    assert refused(street_officer.get(f"/jobs/{job.id}/file")) == (409, "job_not_done")


def test_defect_fails_its_job_and_spares_the_next_one(street_officer, ask, scribe, pass_time):
    def stumble(step):
        if scribe.runs == 1:
            raise ZeroDivisionError

    scribe.between = stumble
    bad = ask(street_officer)
    pass_time(seconds=1)
    good = ask(street_officer)
    task.run()
    seen = street_officer.seen(f"/jobs/{bad.id}")
    assert (seen["error"], seen["error_detail"]) == ("job_failed", task.UNEXPECTED_DETAIL)
    assert street_officer.seen(f"/jobs/{good.id}")["state"] == "done"


def test_lost_database_leaves_the_job_to_the_next_lease(street_officer, ask, scribe, pass_time):
    def cut(step):
        if scribe.runs == 1:
            db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    scribe.between = cut
    job = ask(street_officer)
    with pytest.raises(OperationalError):
        task.run()
    db.session.rollback()
    pass_time(minutes=3)
    task.run()
    assert street_officer.seen(f"/jobs/{job.id}")["state"] == "done"
    assert scribe.runs == 2


def test_queued_job_is_cancelled_and_never_run(street_officer, ask, scribe):
    job = ask(street_officer)
    answer = street_officer.post(f"/jobs/{job.id}/cancellation")
    assert answer.status_code == 200
    assert answer.get_json()["state"] == "cancelled"
    task.run()
    assert scribe.runs == 0
    assert refused(street_officer.get(f"/jobs/{job.id}/file")) == (409, "job_not_done")
    assert ("figures.export", {"cancelled": True}) in audited(job.id)


def test_running_job_stops_at_its_next_step_when_it_is_cancelled(street_officer, ask, scribe):
    job, steps = ask(street_officer), []

    def cancel(step):
        steps.append(step)
        street_officer.made(f"/jobs/{job.id}/cancellation")

    scribe.between = cancel
    task.run()
    assert steps == [1]
    seen = street_officer.seen(f"/jobs/{job.id}")
    assert (seen["state"], seen["error"], seen["error_detail"], seen["file_name"]) == ("cancelled", None, None, None)


def test_what_is_over_cannot_be_cancelled(street_officer, ask):
    job = ask(street_officer)
    task.run()
    answer = street_officer.post(f"/jobs/{job.id}/cancellation")
    assert refused(answer) == (409, "job_over")
    assert answer.get_json()["state"] == "done"
    assert street_officer.seen(f"/jobs/{job.id}")["state"] == "done"


def test_file_is_refused_before_the_job_is_done(street_officer, ask):
    job = ask(street_officer)
    answer = street_officer.get(f"/jobs/{job.id}/file")
    assert refused(answer) == (409, "job_not_done")
    assert answer.get_json()["state"] == "queued"


def test_job_of_somebody_else_does_not_exist(street_officer, ask, administrator, client):
    job = ask(street_officer)
    task.run()
    colleague = administrator(Role.STREET_OFFICER, STREET)
    assert refused(colleague.get(f"/jobs/{job.id}")) == (404, "not_found")
    assert refused(colleague.get(f"/jobs/{job.id}/file")) == (404, "not_found")
    assert refused(colleague.post(f"/jobs/{job.id}/cancellation")) == (404, "not_found")
    assert refused(street_officer.get(f"/jobs/{new_id()}")) == (404, "not_found")
    assert client.get(f"/api/v1/jobs/{job.id}").status_code == 401
    for command in (jobs.file_of, jobs.cancel):  # also behind the routes
        with pytest.raises(Missing):
            command(Actor(UUID(colleague.account_id)), job.id, now=clock.now())


def test_file_is_out_of_reach_when_the_role_was_withdrawn(street_officer, ask):
    job = ask(street_officer)
    task.run()
    with transaction():
        accounts.withdraw_role(
            Actor.system(), UUID(street_officer.account_id), Grant(Role.STREET_OFFICER, area_path=STREET), reason="调离", now=clock.now()
        )
    assert refused(street_officer.get(f"/jobs/{job.id}/file")) == (404, "not_found")
    assert [details for _, details in audited(job.id)] == [{"kind": "scroll", "area_path": STREET}]


def test_asker_finds_their_own_jobs_the_newest_first_and_nobody_elses(street_officer, ask, administrator, pass_time):
    asked = []
    for _ in range(3):
        asked.append(str(ask(street_officer).id))
        pass_time(seconds=1)
    colleague = administrator(Role.STREET_OFFICER, STREET)
    other = str(ask(colleague).id)

    first = street_officer.seen("/jobs", limit=2)
    rest = street_officer.seen("/jobs", limit=2, cursor=first["next_cursor"])

    assert [job["id"] for job in first["items"] + rest["items"]] == asked[::-1]
    assert [job["id"] for job in colleague.seen("/jobs")["items"]] == [other]
    (kind,) = {job["kind"] for job in first["items"]}
    today = clock.shanghai_day(clock.now())
    answer = colleague.seen("/jobs", kind=kind, since=today, count="true")
    assert ([job["id"] for job in answer["items"]], answer["total"]["number"]) == ([other], 1)
    assert colleague.seen("/jobs", kind="other")["items"] == colleague.seen("/jobs", until="2020-01-01")["items"] == []


def test_file_is_fetched_by_a_signed_address_for_five_minutes(street_officer, ask, client, pass_time):
    job = ask(street_officer)
    assert refused(street_officer.get(f"/jobs/{job.id}/file/address")) == (409, "job_not_done")
    task.run()

    address = street_officer.seen(f"/jobs/{job.id}/file/address")["address"]
    answer = client.get(address)
    assert (answer.status_code, answer.get_data(), answer.mimetype) == (200, b"run 1, year 2023", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [details for _, details in audited(job.id)][1:] == [{"fetched": True}]

    for broken in (address[:-1] + ("0" if address[-1] != "0" else "1"), address.replace("expires=", "expires=1")):
        assert refused(client.get(broken)) == (404, "not_found")
    pass_time(minutes=5, seconds=1)
    assert refused(client.get(address)) == (404, "not_found")


def test_bytes_that_are_gone_from_the_store_are_told_as_a_file_that_is_gone(street_officer, ask, client):
    job = ask(street_officer)
    task.run()
    address = street_officer.seen(f"/jobs/{job.id}/file/address")["address"]
    files.objects().delete([str(db.session.scalar(select(files.File.id)))])

    assert refused(street_officer.get(f"/jobs/{job.id}/file")) == (409, "job_file_gone")
    assert refused(client.get(address)) == (404, "not_found")


def test_result_that_its_kind_does_not_allow_fails_the_job(street_officer, ask, scribe):
    scribe.content = b"\x00\x01"
    job = ask(street_officer)
    task.run()
    assert street_officer.seen(f"/jobs/{job.id}")["error"] == "file_type_refused"
    scribe.content = b"x" * (SCROLL.largest + 1)
    job = ask(street_officer)
    task.run()
    assert street_officer.seen(f"/jobs/{job.id}")["error"] == "file_too_large"


def test_job_waits_for_a_store_that_is_away_and_its_file_for_the_same(street_officer, ask, pass_time, settings):
    job, here = ask(street_officer), files.objects()
    files.use(Objects.in_bucket("none", endpoint="http://127.0.0.1:1", region="x", access_key="x", secret_key="x"), b"")
    with pytest.raises(StoreAway):
        task.run()
    assert street_officer.seen(f"/jobs/{job.id}")["state"] == "running"
    files.use(here, bytes_of(settings.file_key))
    pass_time(minutes=3)
    task.run()
    assert street_officer.seen(f"/jobs/{job.id}")["state"] == "done"
    files.use(Objects.in_bucket("none", endpoint="http://127.0.0.1:1", region="x", access_key="x", secret_key="x"), b"")
    assert refused(street_officer.get(f"/jobs/{job.id}/file")) == (503, "store_away")
    files.use(here, bytes_of(settings.file_key))


def test_file_is_kept_for_a_week(street_officer, ask, pass_time):
    job = ask(street_officer)
    task.run()
    pass_time(days=6)
    with transaction():
        jobs.forget_old_files(now=clock.now())
    assert db.session.scalar(text("SELECT file_id IS NOT NULL FROM jobs"))
    pass_time(days=2)
    with transaction():
        jobs.forget_old_files(now=clock.now())
    assert db.session.scalar(text("SELECT file_id IS NULL FROM jobs"))
    # The login is over by now; the file's fate is what counts.
    with pytest.raises(jobs.JobFileGone):
        jobs.file_of(
            Actor(UUID(street_officer.account_id), grants=(Grant(Role.STREET_OFFICER, area_path=STREET),), is_checked=True),
            job.id,
            now=clock.now(),
        )


def test_progress_is_noted_beside_what_the_work_has_open(street_officer, ask):
    ask(street_officer)
    held = jobs.take_next(now=clock.now())
    assert held is not None
    db.session.execute(text("CREATE TEMPORARY TABLE unfinished (n int)"))
    assert jobs.advance(held, 2, 4, now=clock.now())
    db.session.rollback()
    assert street_officer.seen(f"/jobs/{held.id}")["done"] == 2
    assert db.session.scalar(text("SELECT to_regclass('unfinished')")) is None


def test_waiting_jobs_are_found_by_their_partial_index(app):
    statements = []

    def note(connection, cursor, statement, parameters, context, executemany):
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    jobs.take_next(now=clock.now())
    event.remove(db.engine, "before_cursor_execute", note)
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in statements:
            plan = "\n".join(line[0] for line in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            assert "ix_jobs_unfinished" in plan, plan
    assert len(statements) == 2
