"""Rows of the walk: shifts, signing, service records, figures, exports."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts.policy import Permission
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Confirmation, FlagKind
from backend.foundation import clock, facts, files
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.foundation.jobs import Job, State
from backend.imports.models import ImportStatus
from backend.late_entries.models import LateEntry, LateProof
from backend.late_entries.service import enter
from tests.policy.viewers import (
    COMMUNITY,
    DECIDING,
    DISTRICT,
    EVERYBODY,
    IN_OFFICE_ANYWHERE,
    OFFICERS,
    ORGANISATION_OFFICER,
    PERSONS,
    STREET,
    Viewers,
    elsewhere,
    these,
)
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import World
from tests.support.imports import brought_import, roster
from tests.support.late_entries import past_form
from tests.support.operations import A_FILE
from web.inputs.late_entries import LateEntryIn

# Officers of another community or street: they open their own. The other district has no area in this database.
OFFICERS_AT_HOME = these(elsewhere(COMMUNITY), elsewhere(STREET))
RESIDENT, PROXY, LEADER, UNIT, MEMBER, PARTY, HEAD = (
    these(viewer) for viewer in ("resident", "proxy", "team_leader", "work_unit_officer", "volunteer", "party_member", ORGANISATION_OFFICER)
)
STAFF = HEAD | these("organisation_staff")
# Who may serve at a shift of all claimants, and so whom it concerns beside those in charge.
SERVING = LEADER | UNIT | MEMBER | PARTY | STAFF
IN_CHARGE = RESIDENT | LEADER | UNIT | HEAD
# Who served on which kind of claim, and who leads those for whom they served.
CONCERNED: dict[str, Viewers] = {
    "team": MEMBER | LEADER,
    "organisation": STAFF,
    "person": PARTY,
    "work_unit": UNIT,
}


# Who sees all that was served for a team, an organisation or a unit.
LEADING: dict[str, Viewers] = {"team": LEADER, "organisation": STAFF, "work_unit": UNIT}
PERSONS_SERVING = MEMBER | PARTY | UNIT | these("organisation_staff")


def coming(world: World) -> Ask:
    """A shift that has begun and at which nobody has signed in."""
    shift_id = world.shift_of(world.claimed_demand())
    return ask(shift_id=shift_id, shows=shift_id, reason="天气原因", body=None)


def signing_in(world: World) -> Ask:
    shift_id = world.shift_of(world.claimed_demand())
    return ask(shift_id=shift_id, body=lambda: {"code": world.code(shift_id)})


def signing_out(world: World) -> Ask:
    """The shift at which the member of the team is signed in."""
    shift_id = world.shift_of(world.claimed_demand())
    world["volunteer"].made(f"/shifts/{shift_id}/sign-in", {"code": world.code(shift_id)})
    return ask(shift_id=shift_id, body=lambda: {"code": world.code(shift_id)})


def without_sign_out(world: World) -> Ask:
    """Somebody signed in, and was closed because they did not sign out."""
    shift_id = signing_out(world).known["shift_id"]
    closed = update(Attendance).where(Attendance.shift_id == UUID(str(shift_id))).values(closed_at=clock.now()).returning(Attendance.id)
    with transaction():
        attendance_id = db.session.scalars(closed.execution_options(synchronize_session=False)).one()
    return ask(shows=str(attendance_id))


def past(world: World, kind: str = "team") -> Ask:
    return ask(shift_id=world.shift_id, shows=world.attendance_ids[kind])


def service(world: World, kind: str = "team") -> Ask:
    fact_id = world.fact_ids[kind]
    return ask(fact_id=fact_id, shows=fact_id, revision_id=world.revision_of(fact_id), reason="未到场")


def served_for(world: World, kind: str, operation: str) -> Ask:
    """The years of a team, an organisation or a unit: the one service for it, by its person where they are told one by one."""
    who = {"team": "volunteer", "organisation": "organisation_staff", "work_unit": "work_unit_officer"}[kind]
    record, person = world.fact_ids[kind], world[who].person_id
    shows = {"list_served": record, "download_served": record, "list_served_people": person}
    body_id = {"team": world.team_id, "organisation": world.organisation_id, "work_unit": world.unit_id}[kind]
    return ask(shows=shows.get(operation, '"waiting":1'), served_for=kind, served_for_id=body_id, year=world.known["year"])


def own_body(world: World, kind: str, *, of_file: bool = False) -> Ask:
    """A team, an organisation or a unit, as the pages of its own people name it."""
    body_id = {"team": world.team_id, "organisation": world.organisation_id, "work_unit": world.unit_id}[kind]
    return ask(served_for=kind, served_for_id=body_id, shows=world.fact_ids[kind] if of_file else body_id)


def confirmed(world: World) -> Ask:
    world.officer.made(f"/services/{world.fact_ids['team']}/confirmation")
    return ask(fact_id=world.fact_ids["team"], reason="确认有误")


def partly_confirmed(world: World) -> str:
    """A service of which less counts than was served, as where a day was full: its fact id."""
    fact_id = world.fact_ids["team"]
    world.officer.made(f"/services/{fact_id}/confirmation")
    with transaction():
        word = db.session.scalars(select(Confirmation).where(Confirmation.record_fact_id == UUID(fact_id), Confirmation.is_current())).one()
        facts.revise(word, Actor.system(), now=clock.now(), reason=None, most_minutes=0)
    return fact_id


def flagged(world: World) -> str:
    """A service that is looked at before it counts: its fact id."""
    fact_id = world.fact_ids["team"]
    with transaction():
        attendance.flag_service(UUID(fact_id), FlagKind.FAR_AWAY, now=clock.now())
    return fact_id


def stretch() -> dict[str, str]:
    """A quarter of an hour that lies within the shift and is over."""
    ended_at = clock.now() - timedelta(minutes=10)
    return {"started_at": (ended_at - timedelta(minutes=15)).isoformat(), "ended_at": ended_at.isoformat(), "reason": "本人忘记签退"}


def withdrawn_attendance(world: World, kind: str = "team") -> Ask:
    """An attendance whose record was withdrawn, so that another one may be added."""
    fact_id = world.fact_ids[kind]
    form = {"revision_id": world.revision_of(fact_id), "reason": "时间有误"}
    world.officer.made(f"/services/{fact_id}/withdrawal", form)
    return ask(attendance_id=world.attendance_ids[kind], body=stretch())


def asked_job(world: World) -> Ask:
    job_id = world.officer.made("/exports/year-end", {"year": world.known["year"], "area_id": world.street["和平社区"]})["id"]
    return ask(job_id=job_id, shows=job_id)


def asked_list(world: World) -> Ask:
    job_id = world.officer.made("/exports/lists", {"list": "teams"})["id"]
    return ask(job_id=job_id, shows=job_id)


def left_by_its_asker(about: Ask) -> Ask:
    """A job that was asked for by somebody else."""
    with transaction():
        db.session.execute(update(Job).where(Job.id == UUID(about.known["job_id"])).values(asked_by=new_id()))
    return about


def job_of_somebody_else(world: World) -> Ask:
    return left_by_its_asker(asked_job(world))


def done(about: Ask) -> Ask:
    """A job that made its file."""
    stored = files.put(files.DOCUMENT, b"%PDF-1.7")
    with transaction():
        file_id = files.add(stored, "年终统计表.pdf", area_path="639999001001", now=clock.now())
        done = {"state": State.DONE, "done": 1, "file_name": "年终统计表.pdf", "file_id": file_id, "finished_at": clock.now()}
        db.session.execute(update(Job).where(Job.id == UUID(about.known["job_id"])).values(**done))
    return ask(job_id=about.known["job_id"])


def done_job(world: World) -> Ask:
    return done(asked_job(world))


def addressed(world: World) -> Ask:
    """A file, by an address that was signed a moment ago: good for whoever holds it."""
    stored = files.put(files.DOCUMENT, b"%PDF-1.7")
    with transaction():
        file_id = files.add(stored, "x.pdf", area_path="639999001001", now=clock.now())
    expires = int(clock.now().timestamp()) + 60
    return ask(file_id=file_id, expires=expires, signature=files.signature(file_id, expires))


NUMBERS = "numbers: test_lists_and_opens.py opens the rows behind them"


def late_form(world: World) -> dict[str, Any]:
    """A past activity at which the leader of the team served."""
    return past_form(world.street["和平社区"], world["team_leader"].volunteer_number, "张队长")


def entered(world: World) -> Ask:
    """One that somebody else entered."""
    form = LateEntryIn.model_validate(late_form(world))
    with transaction():
        people = [line.served() for line in form.served]
        entry_id = str(enter(Actor.system(), form.activity(), people, community_id=form.community_id, now=clock.now()))
    return ask(entry_id=entry_id, shows=entry_id, reason="签到表上没有此人")


def entered_here(world: World) -> Ask:
    """One that the community's officer entered, with a file that proves it."""
    officer = UUID(world[COMMUNITY].account_id)
    entry_id = entered(world).known["entry_id"]
    stored = files.put(files.PROOF, A_FILE)
    with transaction():
        db.session.execute(update(LateEntry).where(LateEntry.id == UUID(entry_id)).values(entered_by=officer))
        file_id = files.add(stored, "补录证明1.pdf", area_path="639999001001", now=clock.now())
        proof = LateProof(id=new_id(), entry_id=UUID(entry_id), file_id=file_id, added_at=clock.now(), added_by=officer)
        db.session.add(proof)
    return ask(entry_id=entry_id, proof_id=str(proof.id), shows=A_FILE.decode())


SHIFTS = (
    Row("list_my_shifts", coming, SERVING, 403, {EMPTY: PERSONS - SERVING}),
    Row("list_shifts", coming, OFFICERS | RESIDENT | PROXY | LEADER | STAFF | UNIT | PARTY, EMPTY, by=Permission.SHIFT_SEE),
    Row("see_shift", coming, OFFICERS | RESIDENT | PROXY | SERVING, 404, by=Permission.SHIFT_SEE),
    Row("cancel_shift", coming, DECIDING, 404, {403: these(DISTRICT) | RESIDENT | PROXY | SERVING}, by=Permission.SHIFT_CANCEL),
    Row(
        "show_code",
        lambda world: ask(shift_id=coming(world).known["shift_id"]),
        DECIDING | IN_CHARGE | PROXY,
        404,
        {403: these(DISTRICT) | SERVING - IN_CHARGE},
        by=Permission.CODE_SHOW,
        shows_nothing="another code every few seconds",
    ),
    Row("sign_in", signing_in, SERVING, 403, by=Permission.SHIFT_SIGN),
    Row("sign_out", signing_out, MEMBER, 403, {409: PERSONS - MEMBER}, by=Permission.SHIFT_SIGN),
    Row("sign_in_by_code", lambda world: ask(body=signing_in(world).body), SERVING, 403, by=Permission.SHIFT_SIGN),
    Row(
        "sign_out_by_code",
        lambda world: ask(body=signing_out(world).body),
        MEMBER,
        403,
        {409: PERSONS - MEMBER},
        by=Permission.SHIFT_SIGN,
    ),
    *(
        Row(
            "list_attendances",
            lambda world, kind=kind: past(world, kind),
            OFFICERS | RESIDENT | CONCERNED[kind],
            404,
            {EMPTY: SERVING - CONCERNED[kind] | PROXY},
            by=Permission.ATTENDANCE_SEE,
            case=kind,
        )
        for kind in CONCERNED
    ),
    Row("list_attendances_without_record", without_sign_out, OFFICERS, EMPTY, by=Permission.ATTENDANCE_SEE),
    Row("confirm_shift", past, DECIDING, 404, {403: these(DISTRICT) | RESIDENT | PROXY | SERVING}, by=Permission.SERVICE_CONFIRM),
    Row(
        "add_late_record",
        lambda world: ask(
            shift_id=world.shift_id,
            body=stretch() | {"volunteer_number": world["team_leader"].volunteer_number, "name": "张队长"},
        ),
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | SERVING},
        by=Permission.RECORD_ADD,
    ),
)

LATE = (
    Row("list_late_entries", entered, OFFICERS, EMPTY, by=Permission.LATE_ENTRY_SEE),
    Row("see_late_entry", entered, OFFICERS, 404, by=Permission.LATE_ENTRY_SEE),
    Row("enter_late", lambda world: ask(body=late_form(world)), DECIDING, 403, by=Permission.LATE_ENTRY_ENTER),
    Row("approve_late_entry", entered, DECIDING, 404, {403: these(DISTRICT)}, by=Permission.LATE_ENTRY_DECIDE),
    Row("add_late_proof", entered_here, these(COMMUNITY), 404, {403: OFFICERS - these(COMMUNITY)}, by=Permission.LATE_ENTRY_ENTER),
    Row("download_late_proof", entered_here, DECIDING, 404, {403: these(DISTRICT)}, by=Permission.LATE_ENTRY_DECIDE),
    Row("refuse_late_entry", entered, DECIDING, 404, {403: these(DISTRICT)}, by=Permission.LATE_ENTRY_DECIDE),
)

SERVICES = (
    Row("list_my_services", lambda world: ask(shows=world.fact_ids["team"]), MEMBER, 403, {EMPTY: PERSONS - MEMBER}),
    Row("list_services", lambda world: ask(shows=world.fact_ids["team"]), OFFICERS | RESIDENT | PROXY, EMPTY, by=Permission.RECORD_SEE),
    *(
        Row(
            operation,
            lambda world, kind=kind, operation=operation: served_for(world, kind, operation),
            OFFICERS | viewers,
            EMPTY,
            by=Permission.RECORD_SEE,
            case=kind,
        )
        for kind, viewers in LEADING.items()
        for operation in ("list_served", "list_served_years", "list_served_people", "download_served")
    ),
    Row(
        "list_my_years",
        lambda world: ask(shows=str(world.known["year"])),
        PERSONS_SERVING,
        404,
        {EMPTY: PERSONS - PERSONS_SERVING},
        by=Permission.POINTS_SEE,
    ),
    *(
        Row(
            "see_service",
            lambda world, kind=kind: service(world, kind),
            OFFICERS | RESIDENT | PROXY | CONCERNED[kind],
            404,
            by=Permission.RECORD_SEE,
            case=kind,
        )
        for kind in CONCERNED
    ),
    *(
        Row(
            "confirm_service",
            lambda world, kind=kind: ask(fact_id=world.fact_ids[kind]),
            DECIDING | RESIDENT | PROXY,
            404,
            {403: these(DISTRICT) | CONCERNED[kind]},
            by=Permission.SERVICE_CONFIRM,
            case=kind,
        )
        for kind in CONCERNED
    ),
    Row(
        "clear_service",
        lambda world: ask(fact_id=flagged(world), reason="当面核对"),
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | CONCERNED["team"]},
        by=Permission.SERVICE_CLEAR,
    ),
    Row(
        "allow_service",
        lambda world: ask(fact_id=partly_confirmed(world), reason="防汛值守"),
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | CONCERNED["team"]},
        by=Permission.SERVICE_ALLOW,
    ),
    Row(
        "withdraw_confirmation",
        confirmed,
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | CONCERNED["team"]},
        by=Permission.CONFIRMATION_WITHDRAW,
    ),
    Row(
        "correct_service",
        lambda world: ask(fact_id=world.fact_ids["team"], body=stretch() | {"revision_id": world.revision_of(world.fact_ids["team"])}),
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | CONCERNED["team"]},
        by=Permission.RECORD_CORRECT,
    ),
    Row(
        "withdraw_service",
        service,
        DECIDING,
        404,
        {403: these(DISTRICT) | RESIDENT | PROXY | CONCERNED["team"]},
        by=Permission.RECORD_CORRECT,
    ),
    *(
        Row(
            "add_record",
            lambda world, kind=kind: withdrawn_attendance(world, kind),
            DECIDING,
            404,
            {403: these(DISTRICT) | RESIDENT | CONCERNED[kind]},
            by=Permission.RECORD_ADD,
            case=kind,
        )
        for kind in CONCERNED
    ),
)

FIGURES = (
    Row(
        "see_year_figures",
        lambda world: ask(query={"area_id": world.street["和平社区"]}),
        OFFICERS,
        404,
        by=Permission.FIGURES_SEE,
        shows_nothing=NUMBERS,
    ),
    Row(
        "see_year_figures",
        lambda _: ask(),
        OFFICERS | OFFICERS_AT_HOME,
        403,
        {404: these(elsewhere(DISTRICT))},
        case="of one's own area",
        shows_nothing=NUMBERS,
    ),
    Row(
        "list_figure_rows",
        lambda world: ask(indicator_code="teams", query={"area_id": world.street["和平社区"]}, shows=world.team_id),
        OFFICERS,
        404,
        by=Permission.FIGURES_SEE,
    ),
    Row("export_year_end", lambda _: ask(), OFFICERS, 404, by=Permission.FIGURES_EXPORT),
    Row("export_list", lambda _: ask(body={"list": "teams"}), IN_OFFICE_ANYWHERE, 403, by=Permission.LIST_EXPORT),
    Row("list_jobs", job_of_somebody_else, these("system_admin"), EMPTY, by=Permission.JOBS_OVERSEE),
    Row("list_jobs", asked_job, these(COMMUNITY, "system_admin"), EMPTY, case="one's own"),
    Row("see_job", asked_job, these(COMMUNITY, "system_admin"), 404),
    Row("download_job_file", done_job, these(COMMUNITY), 404, {403: these("system_admin")}, shows_nothing="a file"),
    Row("see_job_file_address", done_job, these(COMMUNITY), 404, {403: these("system_admin")}, shows_nothing="an address"),
    Row("download_file", addressed, EVERYBODY, public=True, shows_nothing="a file"),
    Row("cancel_job", lambda world: ask(job_id=asked_job(world).known["job_id"]), these(COMMUNITY), 404, {403: these("system_admin")}),
)


def brought(world: World, *, status: ImportStatus = ImportStatus.CHECKED) -> Ask:
    """A workbook for the community, in a step, with a line that is faulty."""
    import_id = brought_import(status=status)
    return ask(import_id=import_id, shows=import_id)


IMPORTS = (
    Row("download_import_template", lambda _: ask(kind="volunteers"), EVERYBODY, shows_nothing="a workbook without anything in it"),
    Row(
        "bring_import",
        lambda world: ask(kind="volunteers", area_id=world.street["和平社区"], file=roster()),
        DECIDING,
        403,
        by=Permission.IMPORT_ENTER,
    ),
    Row("list_imports", brought, DECIDING, EMPTY, by=Permission.IMPORT_SEE),
    Row("see_import", brought, DECIDING, 404, by=Permission.IMPORT_SEE),
    Row("list_import_faults", lambda world: replace(brought(world), shows="A2"), DECIDING, 404, by=Permission.IMPORT_SEE),
    Row("check_import", brought, DECIDING, 404, by=Permission.IMPORT_ENTER),
    Row("enter_import", brought, DECIDING, 404, by=Permission.IMPORT_ENTER),
    Row("undo_import", lambda world: brought(world, status=ImportStatus.ENTERED), DECIDING, 404, by=Permission.IMPORT_ENTER),
)

ROWS = (*SHIFTS, *LATE, *SERVICES, *FIGURES, *IMPORTS)
