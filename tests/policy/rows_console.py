"""Rows of the walk: the pages of the console. Each opens to the same people as what it stands for in the API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.attendance.models import Attendance
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.imports.models import ImportStatus
from backend.teams.models import Team
from tests.policy.rows_demands import (
    CLAIMING,
    RESIDENT,
    asking,
    at_home,
    claim_of,
    claimed,
    consenting,
    in_grid,
    new,
    on_record,
    over,
    published,
    served,
    twice,
    with_door_code,
)
from tests.policy.rows_groups import (
    HEAD,
    LEADER,
    STAFF,
    organisation,
    organisation_applied_for,
    organisation_on_record,
    team,
    team_applied_for,
    wish,
    without_query,
)
from tests.policy.rows_identity import correction, died, on_record_as_dead, own_recovery, proxy, recovery, seen_recovery
from tests.policy.rows_messages import CONCERNED as TOLD
from tests.policy.rows_messages import a_message, reading, told
from tests.policy.rows_offices import APPOINTING, SYSTEM_ADMINS, appointing, logged, offered, office, proposed, unchecked, undelivered
from tests.policy.rows_people import (
    accepted_registration,
    applied_registration,
    before_second_step,
    begun_second_factor,
    grid_worker_with_password,
    moving_wish,
    record_of_volunteer,
)
from tests.policy.rows_privacy import of_beneficiary, read_before
from tests.policy.rows_services import (
    CONCERNED,
    IN_CHARGE,
    LEADING,
    NUMBERS,
    OFFICERS_AT_HOME,
    PROXY,
    SERVING,
    asked_job,
    asked_list,
    brought,
    coming,
    confirmed,
    done,
    entered,
    entered_here,
    flagged,
    left_by_its_asker,
    own_body,
    partly_confirmed,
    past,
    stretch,
    withdrawn_attendance,
    without_sign_out,
)
from tests.policy.viewers import (
    COMMUNITY,
    DECIDING,
    DISTRICT,
    EVERYBODY,
    GRID,
    IN_OFFICE_ANYWHERE,
    NOBODY,
    OFFICERS,
    OFFICERS_ELSEWHERE,
    PERSONS,
    STREET,
    Viewers,
    elsewhere,
    these,
)
from tests.policy.walking import EMPTY, Ask, Outcome, Row, ask
from tests.policy.world import OFFICER_NAME, PASSWORD, World
from tests.support.deliveries import failed_delivery
from tests.support.demands import GRANDFATHER, demand_form, window
from tests.support.imports import roster
from tests.support.late_entries import past_form
from tests.support.operations import A_FILE
from tests.support.passkeys import Device
from tests.support.proxies import proxy_form
from tests.support.second_factors import Authenticator, ticket_for

NEW = {"old_password": PASSWORD, "new_password": "another-Horse-8-stands"}
OTHER_LOGIN = "submit_session_end"


def set_in_browser(world: World) -> Ask:
    """The officer's, by their browser: what else is logged in is out by it."""
    claims = world.browsers[COMMUNITY]
    with transaction():
        actor = accounts.actor_of(claims, now=clock.now())
        shown = Authenticator(accounts.begin_second_factor(actor, claims.family_id, now=clock.now()).secret)
        codes = accounts.confirm_second_factor(actor, claims.family_id, shown.code(), now=clock.now())
    return ask(body={"password": PASSWORD, "code": codes[0]})


def asked_of_device(world: World) -> Ask:
    """The officer's browser has the device make a key."""
    claims = world.browsers[COMMUNITY]
    with transaction():
        actor = accounts.actor_of(claims, now=clock.now())
        request = accounts.begin_passkey(actor, claims.family_id, now=clock.now())
    return ask(body={"name": "电脑", "credential": Device().make(json.loads(request))})


def own_key(world: World) -> tuple[Device, list[str], str]:
    """The officer's key, made in their browser: the device, the recovery codes and the key's id."""
    claims, device = world.browsers[COMMUNITY], Device()
    with transaction():
        actor = accounts.actor_of(claims, now=clock.now())
        request = json.loads(accounts.begin_passkey(actor, claims.family_id, now=clock.now()))
        codes = accounts.add_passkey(actor, claims.family_id, "电脑", device.make(request), now=clock.now())
        assert isinstance(codes, list)
        login = queries.own_password_login(actor, claims.family_id)
        assert login is not None
    return device, codes, str(login.passkeys[0].id)


def renamed_key(world: World) -> Ask:
    return ask(passkey_id=own_key(world)[2], body={"name": "电脑"}, shows="电脑")


def ended_key(world: World) -> Ask:
    _, codes, key_id = own_key(world)
    return ask(passkey_id=key_id, body={"password": PASSWORD, "code": codes[0]})


def before_passkey_step(world: World) -> Ask:
    """The officer's password was right, and their device signs."""
    device, _, _ = own_key(world)

    def signed() -> dict[str, str]:
        ticket = ticket_for(world.app, OFFICER_NAME, PASSWORD)
        with transaction():
            request = accounts.begin_second_step(ticket, now=clock.now()).request
        assert request is not None
        return {"ticket": ticket, "credential": device.sign(json.loads(request))}

    return ask(body=signed)


KNOWING = RESIDENT | these(DISTRICT, GRID, "proxy")
"""Who may know of a demand that is not published, and decides nothing about it."""


def page_of(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same thing, which says its title."""
    return lambda world: ask(demand_id=about(world).known["demand_id"], shows=demand_form(world.street)["title"])


def publication(world: World) -> Ask:
    return ask(demand_id=new(world).known["demand_id"], body=window())


def stepped(
    thing: str,
    step: str,
    about: Callable[[World], Ask],
    yes: Viewers,
    rest: Outcome,
    but: Mapping[Outcome, Viewers] | None = None,
    *,
    by: Permission,
    **fields: str,
) -> tuple[Row, Row]:
    """The page of a command and its form, filled in; `about` tells of the thing, and what the page says of it."""

    def page(world: World) -> Ask:
        made = about(world)
        return ask(shows=made.shows, step=step, **made.known)

    def form(world: World) -> Ask:
        return ask(body=fields, step=step, **about(world).known)

    return (
        Row(f"{thing}_step_page", page, yes, rest, but or {}, by=by, case=step),
        Row(f"submit_{thing}_step", form, yes, rest, but or {}, by=by, case=step),
    )


def named_team(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same team, which says its name."""

    def page(world: World) -> Ask:
        team_id = about(world).known["team_id"]
        return ask(team_id=team_id, shows=world.officer.seen(f"/teams/{team_id}")["name"])

    return page


def successor(world: World) -> Ask:
    return ask(team_id=world.team_id, membership_id=world.membership_id, shows="新队长：")


OF_TEAM = OFFICERS | LEADER
LED_ONLY: Mapping[Outcome, Viewers] = {403: LEADER | these(DISTRICT)}

TEAM_PAGES = (
    Row("teams_page", team, OF_TEAM, EMPTY, by=Permission.TEAM_SEE, case="active"),
    Row("teams_page", team_applied_for, OF_TEAM, EMPTY, by=Permission.TEAM_SEE, case="applied for"),
    Row("team_page", named_team(team), EVERYBODY, case="active"),
    Row("team_page", named_team(team_applied_for), OF_TEAM, 404, by=Permission.TEAM_SEE, case="applied for"),
    Row("team_members_page", lambda world: without_query(team(world)), OF_TEAM, 403, by=Permission.TEAM_MEMBERS_SEE),
    Row("team_history_page", named_team(team), OF_TEAM, 403, by=Permission.TEAM_SEE),
    Row("submit_team_acceptance", lambda world: without_query(team_applied_for(world)), DECIDING, 404, LED_ONLY, by=Permission.TEAM_REVIEW),
    *stepped("team", "return", named_team(team_applied_for), DECIDING, 404, LED_ONLY, by=Permission.TEAM_REVIEW, cause="charter"),
    *stepped("team", "renaming", named_team(team), DECIDING, 403, by=Permission.TEAM_REVIEW, name="和平社区暖心队", reason="重名"),
    *stepped("team", "dissolution", named_team(team), DECIDING, 403, by=Permission.TEAM_REVIEW, cause="few"),
    Row("team_leadership_page", successor, DECIDING | LEADER, 403, by=Permission.TEAM_HAND_OVER),
    Row("submit_team_leadership", successor, DECIDING | LEADER, 403, by=Permission.TEAM_HAND_OVER),
)


def wish_without_leader(world: World) -> Ask:
    """Nobody leads the team, so that the community answers; the page names it."""
    about = wish(world)
    with transaction():
        led = db.session.get_one(Team, UUID(world.team_id))
        name, led.leader_person_id = led.name, None
    return ask(team_id=world.team_id, request_id=about.known["request_id"], shows=name)


JOIN_PAGES = (
    Row("join_requests_page", wish, LEADER, EMPTY, by=Permission.TEAM_LEAD, case="led"),
    # Who decides sees what waits for their word; an office whose papers nobody saw decides nothing, and sees an empty list.
    Row("join_requests_page", wish_without_leader, DECIDING | LEADER, EMPTY, case="without a leader"),
    Row("submit_join_acceptance", wish, LEADER, 403, by=Permission.TEAM_LEAD),
    Row("join_refusal_page", wish_without_leader, DECIDING, 403, by=Permission.TEAM_HAND_OVER),
    Row(
        "submit_join_refusal",
        lambda world: ask(body={"reason": "人数已满"}, **wish_without_leader(world).known),
        DECIDING,
        403,
        by=Permission.TEAM_HAND_OVER,
    ),
)


def named_organisation(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same organisation, which says its name."""

    def page(world: World) -> Ask:
        organisation_id = about(world).known["organisation_id"]
        return ask(organisation_id=organisation_id, shows=world.officer.seen(f"/organisations/{organisation_id}")["name"])

    return page


def officer_to_be(world: World) -> Ask:
    return ask(organisation_id=world.organisation_id, staff_id=world.staff_id, shows="新负责人：")


def registering(world: World) -> Ask:
    """With the papers of the day on which it is asked."""
    about = organisation_on_record(world)
    return ask(body=about.body, step="registration", **about.known)


OF_HEAD = OFFICERS | HEAD
HEADED_ONLY: Mapping[Outcome, Viewers] = {403: HEAD | these(DISTRICT)}
REVIEW = Permission.ORGANISATION_REVIEW
APPLIED = named_organisation(organisation_applied_for)
VERIFIED = named_organisation(organisation)

ORGANISATION_PAGES = (
    Row("organisations_page", organisation, OF_HEAD, EMPTY, by=Permission.ORGANISATION_SEE, case="verified"),
    Row("organisations_page", organisation_applied_for, OF_HEAD, EMPTY, by=Permission.ORGANISATION_SEE, case="applied for"),
    Row("organisation_page", VERIFIED, EVERYBODY, case="verified"),
    Row("organisation_page", APPLIED, OF_HEAD, 404, by=Permission.ORGANISATION_SEE, case="applied for"),
    Row("organisation_staff_page", VERIFIED, OFFICERS | STAFF, 403, by=Permission.STAFF_SEE),
    Row("organisation_history_page", VERIFIED, OF_HEAD, 403, by=Permission.ORGANISATION_SEE),
    *stepped("organisation", "verification", APPLIED, DECIDING, 404, HEADED_ONLY, by=REVIEW, agreed_on="2024-02-03", proof="协议原件"),
    *stepped("organisation", "return", APPLIED, DECIDING, 404, HEADED_ONLY, by=REVIEW, cause="papers"),
    *stepped("organisation", "renaming", VERIFIED, DECIDING, 403, by=REVIEW, name="青山社会工作发展中心", reason="民政部门已核准更名"),
    stepped("organisation", "registration", named_organisation(organisation_on_record), DECIDING, 403, by=REVIEW)[0],
    Row("submit_organisation_step", registering, DECIDING, 403, by=REVIEW, case="registration"),
    *stepped("organisation", "ending", VERIFIED, DECIDING, 403, by=REVIEW, cause="over"),
    Row("organisation_leadership_page", officer_to_be, DECIDING | HEAD, 403, by=Permission.ORGANISATION_HAND_OVER),
    Row("submit_organisation_leadership", officer_to_be, DECIDING | HEAD, 403, by=Permission.ORGANISATION_HAND_OVER),
)

KNOWN_TO = OFFICERS | these("party_member", "work_unit_officer")
TAKING_IN: Mapping[Outcome, Viewers] = {403: these(DISTRICT, "resident", "work_unit_officer")}


def of_unit(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same registration, which says where the member works."""
    return lambda world: ask(registration_id=about(world).known["registration_id"], shows="测试区住房保障中心党支部")


REGISTRATION_PAGES = (
    Row("registrations_page", accepted_registration, KNOWN_TO, EMPTY, by=Permission.REGISTRATION_SEE),
    Row("registration_page", of_unit(accepted_registration), KNOWN_TO, 404, by=Permission.REGISTRATION_SEE),
    Row(
        "registration_page",
        lambda world: ask(registration_id=accepted_registration(world).known["registration_id"], shows="办理过程"),
        OFFICERS | these("party_member"),
        404,
        {EMPTY: these("work_unit_officer")},
        by=Permission.REGISTRATION_SEE,
        case="its history",
    ),
    Row("submit_registration_acceptance", of_unit(applied_registration), DECIDING, 404, TAKING_IN, by=Permission.REGISTRATION_REVIEW),
    *stepped(
        "registration", "return", of_unit(applied_registration), DECIDING, 404, TAKING_IN, by=Permission.REGISTRATION_REVIEW, cause="unit"
    ),
    *stepped(
        "registration",
        "ending",
        of_unit(accepted_registration),
        DECIDING | these("party_member"),
        404,
        {403: these(DISTRICT, "work_unit_officer")},
        by=Permission.REGISTRATION_END,
        cause="retired",
    ),
)


def sought(word: Callable[[World, Ask], str], about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """Looked for by a word of it: it is found as its own list would show it."""

    def search(world: World) -> Ask:
        made = about(world)
        return ask(query={"q": word(world, made)}, shows=made.shows)

    return search


def demand_number(world: World, made: Ask) -> str:
    return str(world.officer.seen(f"/demands/{made.shows}")["number"])


def of_whole_number(world: World) -> Ask:
    return ask(body={"kind": "id_number", "number": world["volunteer"].card["id_number"]})


def receipt(world: World) -> Ask:
    registration_id = accepted_registration(world).known["registration_id"]
    return ask(query={"q": world.officer.seen(f"/registrations/{registration_id}")["receipt_number"]}, shows=registration_id)


SEARCH_ROWS = (
    Row("search_page", sought(demand_number, new), OFFICERS | these(GRID), EMPTY, by=Permission.DEMAND_SEE, case="demands"),
    Row(
        "search_page",
        lambda world: ask(query={"q": GRANDFATHER["called"]}, shows=in_grid(world)),
        these(COMMUNITY, GRID),
        EMPTY,
        by=Permission.BENEFICIARY_SEE,
        case="beneficiaries",
    ),
    Row(
        "search_page",
        sought(lambda world, made: world.officer.seen(f"/teams/{made.shows}")["name"], team_applied_for),
        OFFICERS,
        EMPTY,
        by=Permission.TEAM_SEE,
        case="teams",
    ),
    Row(
        "search_page",
        sought(lambda world, made: world.officer.seen(f"/organisations/{made.shows}")["name"], organisation_applied_for),
        OFFICERS,
        EMPTY,
        by=Permission.ORGANISATION_SEE,
        case="organisations",
    ),
    Row(
        "search_page",
        lambda world: ask(query={"q": world["volunteer"].volunteer_number}, shows=f"{world['volunteer'].volunteer_number}·"),
        OFFICERS,
        EMPTY,
        by=Permission.PERSON_SEE,
        case="volunteers",
    ),
    Row("search_page", receipt, OFFICERS, EMPTY, by=Permission.REGISTRATION_SEE, case="registrations"),
    Row(
        "search_page",
        lambda _: ask(query={"q": OFFICER_NAME}, shows=">社区工作人员·和平社区"),
        APPOINTING,
        EMPTY,
        by=Permission.ROLE_SEE,
        case="offices",
    ),
    Row(
        "lookup_page",
        lambda _: ask(shows="按号码查找</h1>"),
        DECIDING | frozenset(elsewhere(role) for role in DECIDING),
        403,
        by=Permission.PERSON_FIND,
    ),
    Row("submit_lookup", of_whole_number, DECIDING | frozenset(elsewhere(role) for role in DECIDING), 403, by=Permission.PERSON_FIND),
)


def told_of(world: World) -> Ask:
    """The resident, and who acts for them, are told that their demand was returned."""
    made = told(world)
    return ask(shows=demand_number(world, made))


def named_import(about: Callable[[World], Ask], shows: str) -> Callable[[World], Ask]:
    """A page about the same import, which says how it stands."""
    return lambda world: ask(shows=shows, import_id=about(world).known["import_id"])


def a_roster(world: World) -> Ask:
    return ask(body={"kind": "volunteers", "area_id": world.street["和平社区"]}, file=roster())


def was_entered(world: World) -> Ask:
    return brought(world, status=ImportStatus.ENTERED)


ENTERING = Permission.IMPORT_ENTER
BRINGING = DECIDING | frozenset(elsewhere(role) for role in DECIDING)
IMPORT_ROWS = (
    Row("imports_page", brought, DECIDING, EMPTY, by=Permission.IMPORT_SEE),
    Row("new_import_page", lambda _: ask(shows="上传名册"), BRINGING, 403),
    Row("submit_new_import", a_roster, DECIDING, 403, by=ENTERING),
    Row("download_roster_template", lambda _: ask(kind="volunteers"), EVERYBODY, shows_nothing="a workbook without anything in it"),
    Row("import_page", named_import(brought, "A2"), DECIDING, 404, by=Permission.IMPORT_SEE),
    *stepped("import", "check", named_import(brought, "可以导入0行"), DECIDING, 404, by=ENTERING),
    *stepped("import", "entry", named_import(brought, "可以导入0行"), DECIDING, 404, by=ENTERING),
    *stepped("import", "undo", named_import(was_entered, "可以导入0行"), DECIDING, 404, by=ENTERING),
)


def late_in_form(world: World) -> Ask:
    """The activity as a page has it filled in."""
    form = past_form(world.street["和平社区"], "", "")
    served = f"{world['volunteer'].volunteer_number} {world['volunteer'].card['name']} 90"
    return ask(body={name: value for name, value in form.items() if isinstance(value, str)} | {"people": served})


def with_proof(world: World) -> Ask:
    """Entered by the officer whom the walk sends, who may still bring what proves it."""
    return replace(entered_here(world), file=A_FILE)


LATE_ROWS = (
    Row("new_late_entry_page", lambda _: ask(shows="补录一次活动</h1>"), BRINGING, 403),
    Row("submit_new_late_entry", late_in_form, DECIDING, 403, by=Permission.LATE_ENTRY_ENTER),
    Row("submit_proof_of_entry", with_proof, these(COMMUNITY), 404, {403: OFFICERS - these(COMMUNITY)}, by=Permission.LATE_ENTRY_ENTER),
)


def wanted_in_form(world: World) -> Ask:
    """What is needed, as a page has it filled in."""
    form = demand_form(world.street, brand="red_ribbon")
    return ask(body={name: form[name] for name in ("brand", "title", "details", "community_id")} | {"places": "2"})


ASKING_FOR_OTHERS = BRINGING | these(GRID, elsewhere(GRID))
DEMAND_ROWS = (
    Row("new_demand_page", lambda _: ask(shows="提交需求</h1>"), ASKING_FOR_OTHERS, 403),
    Row("submit_new_demand", wanted_in_form, PERSONS | DECIDING | these(GRID), 403, by=Permission.DEMAND_SUBMIT),
)

INBOX_ROWS = (
    Row("messages_page", told_of, TOLD | these(COMMUNITY), EMPTY, by=Permission.MESSAGE_SEE),
    Row("submit_message_reading", reading, TOLD, 404, by=Permission.MESSAGE_SEE),
    Row("submit_message_readings", a_message, TOLD, 404, by=Permission.MESSAGE_SEE),
)

PEOPLE_PAGES = (
    Row(
        "volunteers_page",
        lambda world: ask(shows=world["volunteer"].volunteer_number),
        OFFICERS | these("volunteer"),
        EMPTY,
        by=Permission.PERSON_SEE,
    ),
    Row("person_page", record_of_volunteer, DECIDING | these("volunteer"), 404, {403: these(DISTRICT)}, by=Permission.PERSON_OPEN),
)


def matter(about: Callable[[World], Ask], key: str, shows: str = "办理过程") -> Callable[[World], Ask]:
    """A page about the same thing, which says what became of it."""
    return lambda world: ask(shows=shows, **{key: about(world).known[key]})


def code(world: World) -> Ask:
    """The recovery, and what its form asks."""
    known = recovery(world).known
    return ask(step="confirmation", recovery_id=known["recovery_id"], body={"proof": known["proof"], "check_code": known["check_code"]})


def to_do(about: Callable[[World], Ask], key: str, step: str, **fields: str) -> Callable[[World], Ask]:
    """The form of a command on it, filled in."""
    return lambda world: ask(step=step, body=fields, **{key: about(world).known[key]})


_WHY = {"reason": "证件不符"}
OF_PROXY, RECORDING = OFFICERS | these(GRID, "resident", "proxy"), DECIDING | these(GRID)


def renewing(world: World) -> Ask:
    return ask(step="renewal", proxy_id=proxy(world).known["proxy_id"], shows="现在的期限")


def renewed(world: World) -> Ask:
    known = proxy(world).known
    return ask(step="renewal", proxy_id=known["proxy_id"], body={"ends_on": known["ends_on"]})


def proxy_written(world: World) -> Ask:
    """What the community writes down, as a form has it."""
    form = proxy_form(world.street, world["proxy"].card)
    parties = {f"{party}.{name}": value for party in ("elder", "proxy") for name, value in form.pop(party).items()}
    return ask(body=form | parties)


MATTER_PAGES = (
    Row("recoveries_page", recovery, OFFICERS | these("resident"), EMPTY, by=Permission.RECOVERY_SEE),
    Row("recovery_page", matter(recovery, "recovery_id"), OFFICERS | these("resident"), 404, by=Permission.RECOVERY_SEE),
    Row("recovery_page", matter(own_recovery, "recovery_id"), these(), 404, case="to who only applied: what became of it tells of others"),
    Row(
        "recovery_step_page",
        lambda world: ask(step="confirmation", recovery_id=recovery(world).known["recovery_id"], shows="核对码"),
        DECIDING,
        404,
        {403: these(DISTRICT, "resident")},
        by=Permission.RECOVERY_REVIEW,
    ),
    Row("submit_recovery_step", code, DECIDING, 404, {403: these(DISTRICT, "resident")}, by=Permission.RECOVERY_REVIEW),
    Row(
        "submit_recovery_step",
        to_do(seen_recovery, "recovery_id", "approval"),
        OFFICERS | these("resident"),
        404,
        by=Permission.RECOVERY_APPROVE,
        case="approval",
    ),
    Row(
        "submit_recovery_step",
        to_do(recovery, "recovery_id", "return", **_WHY),
        DECIDING | these("resident"),
        404,
        {403: these(DISTRICT)},
        by=Permission.RECOVERY_REFUSE,
        case="return",
    ),
    Row("proxies_page", lambda world: ask(shows=proxy(world).known["proxy_id"]), OF_PROXY, EMPTY, by=Permission.PROXY_SEE),
    Row("proxy_page", matter(proxy, "proxy_id", "被代办人"), OF_PROXY, 404, by=Permission.PROXY_SEE),
    # An empty form is about nobody's area: it opens to whoever may do so somewhere.
    Row("new_proxy_page", lambda _: ask(shows="签字的授权书"), RECORDING | these(*(elsewhere(role) for role in RECORDING)), 403),
    Row("submit_new_proxy", proxy_written, RECORDING, 403, by=Permission.PROXY_GRANT),
    Row(
        "proxy_step_page", renewing, RECORDING, 404, {403: these(DISTRICT, "resident", "proxy")}, by=Permission.PROXY_GRANT, case="renewal"
    ),
    Row(
        "submit_proxy_step", renewed, RECORDING, 404, {403: these(DISTRICT, "resident", "proxy")}, by=Permission.PROXY_GRANT, case="renewal"
    ),
    Row(
        "submit_proxy_step",
        to_do(proxy, "proxy_id", "ending"),
        RECORDING | these("resident", "proxy"),
        404,
        {403: these(DISTRICT)},
        by=Permission.PROXY_END,
        case="ending",
    ),
    Row("relocations_page", moving_wish, DECIDING, EMPTY, by=Permission.RELOCATION_SEE),
    Row("relocation_page", matter(moving_wish, "relocation_id"), DECIDING, 404, by=Permission.RELOCATION_SEE),
    Row(
        "relocation_step_page",
        lambda world: ask(step="acceptance", relocation_id=moving_wish(world).known["relocation_id"], shows="同意后随即生效"),
        DECIDING,
        404,
        by=Permission.RELOCATION_DECIDE,
    ),
    Row("submit_relocation_step", to_do(moving_wish, "relocation_id", "acceptance"), DECIDING, 404, by=Permission.RELOCATION_DECIDE),
    Row("identity_corrections_page", correction, DECIDING | these("resident"), EMPTY, by=Permission.CORRECTION_SEE),
    Row("identity_correction_page", matter(correction, "correction_id"), DECIDING | these("resident"), 404, by=Permission.CORRECTION_SEE),
    Row(
        "identity_correction_step_page",
        lambda world: ask(step="confirmation", correction_id=correction(world).known["correction_id"], shows="请对照证件原件核对"),
        DECIDING,
        404,
        {403: these("resident")},
        by=Permission.CORRECTION_CONFIRM,
    ),
    Row(
        "submit_identity_correction_step",
        to_do(correction, "correction_id", "confirmation"),
        DECIDING,
        404,
        {403: these("resident")},
        by=Permission.CORRECTION_CONFIRM,
    ),
    Row(
        "submit_identity_correction_step",
        to_do(correction, "correction_id", "return", **_WHY),
        DECIDING | these("resident"),
        404,
        by=Permission.CORRECTION_RETURN,
        case="return",
    ),
    Row("deaths_page", died, DECIDING, EMPTY, by=Permission.DEATH_SEE),
    Row("death_page", matter(died, "death_id"), DECIDING, 404, by=Permission.DEATH_SEE),
    Row(
        "death_step_page",
        lambda world: ask(step="confirmation", death_id=died(world).known["death_id"], shows="请核对证明原件"),
        DECIDING,
        404,
        by=Permission.DEATH_DECIDE,
    ),
    Row("submit_death_step", to_do(died, "death_id", "confirmation"), DECIDING, 404, by=Permission.DEATH_DECIDE),
    Row(
        "submit_death_step",
        to_do(on_record_as_dead, "death_id", "undoing", **_WHY),
        DECIDING,
        404,
        by=Permission.DEATH_UNDO,
        case="undoing",
    ),
)


def record_of(body: Mapping[str, Any] | None = None, **known: str) -> Callable[[World], Ask]:
    """About the volunteer, whose record opens to themselves too."""
    return lambda world: ask(person_id=world["volunteer"].person_id, body=body, **known)


CORRECTED = {"name": "李改名", "id_number": "639999199001010014", "proof": "id_card"}
DEAD = {"died_on": "2026-03-01", "proof": "medical_certificate"}
BEGINNING: Mapping[Outcome, Viewers] = {403: these("volunteer", DISTRICT)}
RECORD_OF_PERSON = (
    Row("person_reveal_page", record_of(shows="查看会留下记录"), DECIDING, 404, BEGINNING, by=Permission.PERSON_REVEAL),
    Row(
        "submit_person_reveal",
        record_of({"field": "name", "purpose": "contact", "note": "通知更改服务时间"}),
        DECIDING,
        404,
        BEGINNING,
        by=Permission.PERSON_REVEAL,
    ),
    Row(
        "person_step_page",
        record_of(step="correction", shows="见到本人和证件原件后"),
        DECIDING,
        404,
        BEGINNING,
        by=Permission.CORRECTION_PROPOSE,
        case="correction",
    ),
    Row("submit_person_step", record_of(CORRECTED, step="correction"), DECIDING, 404, BEGINNING, by=Permission.CORRECTION_PROPOSE),
    Row(
        "person_step_page",
        record_of(step="death", shows="见到证明原件后填写"),
        DECIDING,
        404,
        BEGINNING,
        by=Permission.DEATH_REPORT,
        case="death",
    ),
    Row(
        "submit_person_step",
        lambda world: ask(person_id=world["resident"].person_id, step="death", body=DEAD),
        DECIDING,
        404,
        {403: these("resident", DISTRICT)},
        by=Permission.DEATH_REPORT,
        case="death",
    ),
)


def whom(about: Callable[[World], Ask], shows: str, **known: str) -> Callable[[World], Ask]:
    """A page about the same one who is visited."""
    return lambda world: ask(beneficiary_id=about(world).known["beneficiary_id"], shows=shows, **known)


def to_whom(about: Callable[[World], Ask], step: str, **fields: str) -> Callable[[World], Ask]:
    return lambda world: ask(beneficiary_id=about(world).known["beneficiary_id"], step=step, body=fields)


def put_on_record(world: World) -> Ask:
    fields = {"name": "李德山", "called": "李爷爷", "address": "幸福路3号", "born_in": "1938"}
    return ask(body=fields | {"area_id": world.street["和平第一网格"]})


def revealing(world: World) -> Ask:
    made = of_beneficiary(world)
    return ask(beneficiary_id=made.known["beneficiary_id"], body=made.body)


def merging(world: World) -> Ask:
    return ask(**twice(world).known)


VISITING = these(COMMUNITY, GRID)
_SETTLING: Mapping[Outcome, Viewers] = {403: these(GRID)}
REGISTER_PAGES = (
    Row("beneficiaries_page", lambda world: ask(shows=in_grid(world)), VISITING, EMPTY, by=Permission.BENEFICIARY_SEE),
    Row(
        "new_beneficiary_page",
        lambda _: ask(shows="登记服务对象"),
        VISITING | these(elsewhere(COMMUNITY), elsewhere(GRID)),
        403,
    ),
    Row("submit_new_beneficiary", put_on_record, DECIDING | these(GRID), 403, by=Permission.BENEFICIARY_ADD),
    Row("beneficiary_page", whom(on_record, "没有，不能为其发布需求"), VISITING, 404, by=Permission.BENEFICIARY_SEE),
    Row("beneficiary_readings_page", whom(read_before, "通知更改服务时间"), these(COMMUNITY), 404, by=Permission.REVEAL_OVERSEE),
    Row("beneficiary_reveal_page", whom(of_beneficiary, "查看会留下记录"), VISITING, 404, by=Permission.BENEFICIARY_REVEAL),
    Row("submit_beneficiary_reveal", revealing, VISITING, 404, by=Permission.BENEFICIARY_REVEAL),
    Row("beneficiary_step_page", whom(on_record, "本人同意后填写", step="consent"), VISITING, 404, by=Permission.BENEFICIARY_CHANGE),
    Row(
        "submit_beneficiary_step",
        to_whom(on_record, "consent", kind="own_consent", notice_version="2026-11-01"),
        VISITING,
        404,
        by=Permission.BENEFICIARY_CHANGE,
    ),
    Row(
        "submit_beneficiary_step",
        to_whom(on_record, "care", cause="独居高龄"),
        VISITING,
        404,
        by=Permission.BENEFICIARY_CHANGE,
        case="care",
    ),
    Row(
        "submit_beneficiary_step",
        to_whom(consenting, "basis-withdrawal", **_WHY),
        VISITING,
        404,
        by=Permission.BENEFICIARY_CHANGE,
        case="withdrawal",
    ),
    Row("door_code_page", whom(at_home, "只显示一次"), these(COMMUNITY), 404, _SETTLING, by=Permission.DOOR_CODE_ISSUE),
    Row(
        "submit_door_code",
        lambda world: ask(body={}, **at_home(world).known),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.DOOR_CODE_ISSUE,
    ),
    Row(
        "beneficiary_step_page",
        whom(with_door_code, "仍可以用它签退", step="door-code-ending"),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.DOOR_CODE_ISSUE,
        case="door code",
    ),
    Row(
        "submit_beneficiary_step",
        to_whom(with_door_code, "door-code-ending"),
        DECIDING,
        404,
        _SETTLING,
        by=Permission.DOOR_CODE_ISSUE,
        case="door code",
    ),
    Row(
        "beneficiary_step_page",
        whom(on_record, "以后按新的住址上门", step="move"),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.BENEFICIARY_SETTLE,
        case="move",
    ),
    Row(
        "submit_beneficiary_step",
        lambda world: ask(
            step="move",
            beneficiary_id=in_grid(world),
            body={"area_id": world.street["和平社区"], "address": "团结路6号"},
        ),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.BENEFICIARY_SETTLE,
        case="move",
    ),
    Row(
        "submit_beneficiary_step",
        to_whom(on_record, "ending", cause="moved_away"),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.BENEFICIARY_SETTLE,
        case="ending",
    ),
    Row(
        "beneficiary_merger_page",
        lambda world: ask(shows="保留的一条", **twice(world).known),
        these(COMMUNITY),
        404,
        _SETTLING,
        by=Permission.BENEFICIARY_SETTLE,
    ),
    Row("submit_beneficiary_merger", merging, these(COMMUNITY), 404, _SETTLING, by=Permission.BENEFICIARY_SETTLE),
)


def figures(world: World, **known: str) -> Ask:
    """The figures of the community, and what opens by the rows of one."""
    return ask(query={"year": world.known["year"], "area_id": world.street["和平社区"]}, **known)


IN_DISTRICT = these(DISTRICT)
BY_SHIFT: Mapping[Outcome, Viewers] = {403: IN_DISTRICT | RESIDENT | PROXY | SERVING}


def titled(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same shift, which says its title."""
    return lambda world: ask(shift_id=about(world).known["shift_id"], shows=demand_form(world.street)["title"])


def team_record(world: World) -> str:
    return world.fact_ids["team"]


def confirmed_record(world: World) -> str:
    return str(confirmed(world).known["fact_id"])


def attended_without_record(world: World) -> str:
    """The shift of somebody who signed in and never out."""
    attendance_id = without_sign_out(world).shows
    found = select(Attendance.shift_id).where(Attendance.id == UUID(str(attendance_id)))
    with transaction():
        return str(db.session.scalars(found).one())


def late_record(world: World) -> dict[str, str]:
    """Of the leader, who served and did not sign in, as a form says it."""
    return stretch() | {"volunteer_number": world["team_leader"].volunteer_number, "name": "张队长"}


SHIFT_PAGES = (
    Row(
        "shifts_page",
        coming,
        OFFICERS | RESIDENT | PROXY | LEADER | STAFF | these("work_unit_officer", "party_member"),
        EMPTY,
        by=Permission.SHIFT_SEE,
    ),
    Row("shift_page", titled(coming), OFFICERS | RESIDENT | PROXY | SERVING, 404, by=Permission.SHIFT_SEE),
    *(
        Row(
            "shift_page",
            lambda world, kind=kind: ask(shift_id=world.shift_id, shows=world.fact_ids[kind]),
            OFFICERS | RESIDENT | CONCERNED[kind],
            404,
            {EMPTY: SERVING - CONCERNED[kind] | PROXY},
            by=Permission.ATTENDANCE_SEE,
            case=kind,
        )
        for kind in CONCERNED
    ),
    Row(
        "code_page",
        titled(coming),
        DECIDING | IN_CHARGE | PROXY,
        404,
        {403: IN_DISTRICT | SERVING - IN_CHARGE},
        by=Permission.CODE_SHOW,
    ),
    *stepped("shift", "cancellation", titled(coming), DECIDING, 404, BY_SHIFT, by=Permission.SHIFT_CANCEL, reason="天气原因"),
    *stepped("shift", "confirmations", titled(past), DECIDING, 404, BY_SHIFT, by=Permission.SERVICE_CONFIRM),
    Row(
        "shift_step_page",
        lambda world: ask(step="records", shift_id=world.shift_id, shows="志愿者编号"),
        DECIDING,
        404,
        BY_SHIFT,
        by=Permission.RECORD_ADD,
        case="records",
    ),
    Row(
        "submit_shift_step",
        lambda world: ask(shift_id=world.shift_id, step="records", body=late_record(world)),
        DECIDING,
        404,
        BY_SHIFT,
        by=Permission.RECORD_ADD,
        case="records",
    ),
)

BY_RECORD: Mapping[Outcome, Viewers] = {403: IN_DISTRICT | RESIDENT | PROXY | CONCERNED["team"]}


def decided(step: str, about: Callable[[World], str], by: Permission, form: Callable[[], dict[str, str]]) -> tuple[Row, Row]:
    """The page of a command on a service record, and its form."""

    def page(world: World) -> Ask:
        return ask(step=step, shows=demand_form(world.street)["title"], fact_id=about(world))

    def sent(world: World) -> Ask:
        fact_id = about(world)
        seen = {"revision_id": world.revision_of(fact_id)} if by is Permission.RECORD_CORRECT else {}
        return ask(step=step, fact_id=fact_id, body=form() | seen)

    return (
        Row("service_step_page", page, DECIDING, 404, BY_RECORD, by=by, case=step),
        Row("submit_service_step", sent, DECIDING, 404, BY_RECORD, by=by, case=step),
    )


def reason() -> dict[str, str]:
    return {"reason": "当面核对"}


RECORD_PAGES = (
    *decided("clearance", flagged, Permission.SERVICE_CLEAR, reason),
    *decided("allowance", partly_confirmed, Permission.SERVICE_ALLOW, reason),
    *decided("confirmation-withdrawal", confirmed_record, Permission.CONFIRMATION_WITHDRAW, reason),
    *(
        replace(row, operation=operation, case="")
        for row, operation in zip(
            decided("correction", team_record, Permission.RECORD_CORRECT, stretch), ("correction_page", "submit_correction"), strict=True
        )
    ),
    *decided("withdrawal", team_record, Permission.RECORD_CORRECT, reason),
    Row(
        "attendances_page",
        lambda world: ask(shows=f"/console/shifts/{attended_without_record(world)}"),
        OFFICERS,
        EMPTY,
        by=Permission.ATTENDANCE_SEE,
    ),
    Row(
        "attendance_record_page",
        lambda world: ask(attendance_id=withdrawn_attendance(world).known["attendance_id"], shows="补录服务时长"),
        DECIDING,
        404,
        {403: IN_DISTRICT | RESIDENT | CONCERNED["team"]},
        by=Permission.RECORD_ADD,
    ),
    Row(
        "submit_attendance_record",
        withdrawn_attendance,
        DECIDING,
        404,
        {403: IN_DISTRICT | RESIDENT | CONCERNED["team"]},
        by=Permission.RECORD_ADD,
    ),
)


def titled_claim(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same claim, which says what it is on."""
    return lambda world: ask(claim_id=about(world).known["claim_id"], shows=demand_form(world.street)["title"])


def claim_decided(kind: str, step: str, about: Callable[[World], Ask], by: Permission) -> tuple[Row, Row]:
    """The page of a command on a claim of such a claimant, and its form."""
    fields = {} if step == "acceptance" else {"reason": "人手已够"}
    answering = by is Permission.CLAIM_REVIEW
    yes = DECIDING if answering else DECIDING | CLAIMING[kind]
    others: Mapping[Outcome, Viewers] = {403: RESIDENT | IN_DISTRICT | (CLAIMING[kind] if answering else NOBODY)}
    rows = stepped("claim", step, titled_claim(about), yes, 404, others, by=by, **fields)
    return replace(rows[0], case=f"{step}, {kind}"), replace(rows[1], case=f"{step}, {kind}")


def late_entry(world: World) -> Ask:
    """A past activity that somebody else entered, as its page says it."""
    return ask(entry_id=entered(world).known["entry_id"], shows="雪后清扫主路")


def claimed_by_form(world: World, kind: str) -> Ask:
    """A place of an open demand, claimed for the team, the organisation or oneself."""
    of = {"team": world.team_id, "organisation": world.organisation_id}.get(kind, str(UUID(int=0)))
    return ask(demand_id=world.open_demand()["id"], body={"claimant": f"{kind}:{UUID(of).hex}", "overlap_confirmed": "true"})


CLAIMANTS = {"team": LEADING["team"], "organisation": LEADING["organisation"], "person": these("party_member")}
TAKING_PART_PAGES = (
    Row("open_demands_page", published, EVERYBODY, by=Permission.DEMAND_BROWSE),
    Row(
        "new_claim_page",
        lambda world: ask(demand_id=world.open_demand()["id"], shows="请按时到场"),
        frozenset().union(*CLAIMANTS.values()),
        403,
    ),
    *(
        Row("submit_new_claim", lambda world, kind=kind: claimed_by_form(world, kind), who, 403, by=Permission.PLACE_CLAIM, case=kind)
        for kind, who in CLAIMANTS.items()
    ),
    *(Row("own_claims_page", claim_of(kind), viewers, EMPTY, by=Permission.CLAIM_SEE, case=kind) for kind, viewers in CLAIMING.items()),
    *(Row("own_bodies_page", lambda world, kind=kind: own_body(world, kind), who, EMPTY, case=kind) for kind, who in LEADING.items()),
    *(
        Row(page, lambda world, kind=kind: own_body(world, kind), who, 404, case=kind, by=by)
        for page, by in (
            ("body_years_page", Permission.RECORD_SEE),
            ("body_people_page", Permission.RECORD_SEE),
            ("body_services_page", Permission.RECORD_SEE),
        )
        for kind, who in LEADING.items()
    ),
    *(
        Row("download_body_year", lambda world, kind=kind: own_body(world, kind, of_file=True), who, 404, case=kind)
        for kind, who in LEADING.items()
    ),
)

LATE_ENTRY_PAGES = (
    Row("late_entries_page", entered, OFFICERS, EMPTY, by=Permission.LATE_ENTRY_SEE),
    Row("late_entry_page", late_entry, OFFICERS, 404, by=Permission.LATE_ENTRY_SEE),
    Row("download_proof_of_entry", entered_here, DECIDING, 404, {403: these(DISTRICT)}, by=Permission.LATE_ENTRY_DECIDE),
    *stepped(
        "late_entry",
        "refusal",
        late_entry,
        DECIDING,
        404,
        {403: these(DISTRICT)},
        by=Permission.LATE_ENTRY_DECIDE,
        reason="签到表上没有此人",
    ),
    *stepped("late_entry", "approval", late_entry, DECIDING, 404, {403: these(DISTRICT)}, by=Permission.LATE_ENTRY_DECIDE),
)

CLAIM_PAGES = (
    Row("claims_page", asking("team"), OFFICERS, EMPTY, by=Permission.CLAIM_SEE),
    *(
        Row("claim_page", titled_claim(claim_of(kind)), OFFICERS | RESIDENT | viewers, 404, by=Permission.CLAIM_SEE, case=kind)
        for kind, viewers in CLAIMING.items()
    ),
    Row("demand_claims_page", claimed, OFFICERS | RESIDENT, 403, by=Permission.CLAIM_SEE),
    *(row for kind in ("team", "person") for row in claim_decided(kind, "acceptance", asking(kind), Permission.CLAIM_REVIEW)),
    *claim_decided("organisation", "refusal", asking("organisation"), Permission.CLAIM_REVIEW),
    *(row for kind in ("team", "work_unit") for row in claim_decided(kind, "release", claim_of(kind), Permission.PLACE_RELEASE)),
)

_HERE: dict[str, Any] = {"yes": OFFICERS, "rest": 404, "by": Permission.FIGURES_SEE}

FIGURE_PAGES = (
    Row("figures_page", figures, **_HERE, shows_nothing=NUMBERS),
    Row(
        "figures_page",
        lambda _: ask(),
        OFFICERS | OFFICERS_AT_HOME,
        403,
        {404: these(elsewhere(DISTRICT))},
        case="of one's own area",
        shows_nothing=NUMBERS,
    ),
    Row("figures_side_page", lambda world: figures(world, side="months"), **_HERE, shows_nothing=NUMBERS),
    Row("figure_page", lambda world: figures(world, indicator_code="teams"), **_HERE, shows_nothing=NUMBERS),
    Row("figure_rows_page", lambda world: figures(world, indicator_code="teams", shows=world.team_id), **_HERE),
)


def work_pages(page: str, download: str, cancellation: str, *, asked: Callable[[World], Ask] = asked_job) -> tuple[Row, ...]:
    """A list of long work, and what is done with a job of it; `asked`: for by the officer of the community."""

    def by_nobody_known(world: World) -> Ask:
        return left_by_its_asker(asked(world))

    return (
        Row(page, by_nobody_known, these("system_admin"), EMPTY, by=Permission.JOBS_OVERSEE),
        Row(page, asked, these(COMMUNITY, "system_admin"), EMPTY, case="one's own"),
        Row(download, lambda world: done(asked(world)), these(COMMUNITY), 404, {403: these("system_admin")}, shows_nothing="a file"),
        Row(
            cancellation,
            lambda world: ask(job_id=asked(world).known["job_id"]),
            these(COMMUNITY),
            404,
            {403: these("system_admin")},
        ),
    )


EXPORT_PAGES = (
    *work_pages("exports_page", "download_export", "submit_export_cancellation"),
    Row("submit_export", lambda world: ask(body=figures(world).query), OFFICERS, 404, by=Permission.FIGURES_EXPORT),
    *work_pages("lists_page", "download_list", "submit_list_cancellation", asked=asked_list),
    Row("submit_list", lambda _: ask(name="teams"), IN_OFFICE_ANYWHERE, 403, by=Permission.LIST_EXPORT),
)


def named_office(about: Callable[[World], Ask]) -> Callable[[World], Ask]:
    """A page about the same office, which says what it is."""
    return lambda world: ask(grant_id=about(world).known["grant_id"], shows="和平社区")


def password_of_grid_worker(world: World) -> Ask:
    """A grid worker of the community logs in by name."""
    name = str(grid_worker_with_password(world).known["login_name"])
    (grant,) = world.officer.seen("/role-grants", login_name=name)["items"]
    return ask(grant_id=grant["id"], shows=name)


def papers_asked(world: World) -> Ask:
    return ask(step="identity-check", shows="本人带身份证到场", **unchecked(world).known)


def papers_seen(world: World) -> Ask:
    return replace(unchecked(world), known=unchecked(world).known | {"step": "identity-check"})


OFFICE_PAGES = (
    Row("offices_page", lambda world: ask(shows=office(world).shows), APPOINTING, EMPTY, by=Permission.ROLE_SEE),
    Row("office_page", named_office(office), APPOINTING, 404, by=Permission.ROLE_SEE),
    Row("submit_office_approval", proposed, APPOINTING, 404, by=Permission.ROLE_APPROVE),
    *stepped("office", "term", named_office(office), APPOINTING, 404, by=Permission.ROLE_GRANT),
    *stepped("office", "withdrawal", named_office(office), APPOINTING, 404, by=Permission.ROLE_WITHDRAW, reason="调离"),
    *(
        Row(
            operation,
            about,
            these(STREET, DISTRICT),
            404,
            {403: these(COMMUNITY, "security_admin")},
            by=Permission.IDENTITY_CHECK,
            case="identity-check",
        )
        for operation, about in (("office_step_page", papers_asked), ("submit_office_step", papers_seen))
    ),
    Row("password_reset_page", password_of_grid_worker, OFFICERS, 404, by=Permission.PASSWORD_RESET),
    Row("submit_password_reset", password_of_grid_worker, OFFICERS, 404, by=Permission.PASSWORD_RESET),
    # An empty form is about nobody's area: it opens to whoever may do so somewhere.
    Row("new_login_page", lambda _: ask(shows="开通用户名登录"), OFFICERS | OFFICERS_ELSEWHERE, 403),
    Row(
        "submit_new_login",
        lambda world: ask(body={"login_name": "wangge.zhao", "role": "grid_worker", "area_id": world.street["和平第一网格"]}),
        OFFICERS,
        403,
        by=Permission.ACCOUNT_CREATE,
    ),
    Row(
        "appointment_page",
        lambda _: ask(shows="本人接受后才生效"),
        APPOINTING | OFFICERS_ELSEWHERE | these(elsewhere("security_admin")),
        403,
    ),
    Row("submit_appointment", lambda world: appointing(world, "grid_worker", "和平社区"), APPOINTING, 403, by=Permission.ROLE_GRANT),
)

ADMINISTRATION_PAGES = (
    *OFFICE_PAGES,
    Row("lockouts_page", lambda world: ask(shows=world.locked_login()), these("security_admin"), EMPTY, by=Permission.LOCKOUT_SEE),
    Row(
        "submit_lockout_release", lambda world: ask(login_id=world.locked_login()), these("security_admin"), 404, by=Permission.LOCKOUT_LIFT
    ),
    Row("rules_page", lambda _: ask(shows="每满30分钟得1分"), EVERYBODY),
    Row("audit_page", logged, these("audit_admin", "audit_admin elsewhere"), 403, by=Permission.AUDIT_SEE),
    Row("deliveries_page", undelivered, SYSTEM_ADMINS, 403, by=Permission.DELIVERY_SEE),
    Row(
        "submit_delivery_retry", lambda _: ask(body={"event_id": str(failed_delivery())}), SYSTEM_ADMINS, 403, by=Permission.DELIVERY_RETRY
    ),
    *work_pages("jobs_page", "download_job", "submit_job_cancellation"),
)

ROWS = (
    *ADMINISTRATION_PAGES,
    *SEARCH_ROWS,
    *INBOX_ROWS,
    *IMPORT_ROWS,
    *LATE_ROWS,
    *DEMAND_ROWS,
    *PEOPLE_PAGES,
    *MATTER_PAGES,
    *REGISTER_PAGES,
    *RECORD_OF_PERSON,
    *TEAM_PAGES,
    *JOIN_PAGES,
    *ORGANISATION_PAGES,
    *REGISTRATION_PAGES,
    *SHIFT_PAGES,
    *RECORD_PAGES,
    *TAKING_PART_PAGES,
    *LATE_ENTRY_PAGES,
    *CLAIM_PAGES,
    *FIGURE_PAGES,
    *EXPORT_PAGES,
    Row("today_page", lambda _: ask(), EVERYBODY, by=Permission.WAITING_SEE, shows_nothing="numbers; tests/waiting says of what"),
    Row(
        "demands_page",
        lambda world: ask(query={"status": "submitted"}, shows=new(world).shows),
        OFFICERS | these(GRID),
        EMPTY,
        by=Permission.DEMAND_SEE,
    ),
    Row("demand_page", page_of(new), RESIDENT | OFFICERS | these(GRID, "proxy"), 404, by=Permission.DEMAND_SEE, case="submitted"),
    Row("demand_page", page_of(published), EVERYBODY, case="published"),
    Row("publication_page", page_of(new), DECIDING, 404, {403: KNOWING}, by=Permission.DEMAND_REVIEW),
    Row("submit_publication", publication, DECIDING, 404, {403: KNOWING}, by=Permission.DEMAND_REVIEW),
    *stepped("demand", "return", page_of(new), DECIDING, 404, {403: KNOWING}, by=Permission.DEMAND_REVIEW, reason="请补充时间"),
    *stepped("demand", "cancellation", page_of(published), DECIDING, 403, by=Permission.DEMAND_CANCEL, reason="老人住院"),
    *stepped("demand", "not-carried-out", page_of(over), DECIDING, 403, by=Permission.DEMAND_CANCEL, reason="无人到场"),
    Row("services_page", lambda world: ask(shows=world.fact_ids["team"]), OFFICERS | RESIDENT | PROXY, EMPTY, by=Permission.RECORD_SEE),
    *(
        Row(
            "service_page",
            lambda world, kind=kind: ask(fact_id=world.fact_ids[kind], shows=demand_form(world.street)["title"]),
            OFFICERS | RESIDENT | PROXY | CONCERNED[kind],
            404,
            by=Permission.RECORD_SEE,
            case=kind,
        )
        for kind in CONCERNED
    ),
    *(
        Row(
            "submit_confirmation",
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
        "submit_completion",
        lambda world: ask(demand_id=served(world).known["demand_id"]),
        DECIDING | RESIDENT,
        403,
        by=Permission.DEMAND_COMPLETE,
    ),
    Row("login_page", lambda _: ask(), EVERYBODY, public=True, shows_nothing="the same to everybody"),
    Row("submit_login", lambda _: ask(body={"name": OFFICER_NAME, "password": PASSWORD}), EVERYBODY, public=True),
    Row("scan_page", lambda _: ask(), EVERYBODY, public=True, shows_nothing="the same to everybody"),
    Row("submit_scan", lambda _: ask(body={"check_code": "047215"}), EVERYBODY, public=True),
    Row("submit_second_step", before_second_step, EVERYBODY, public=True),
    Row("second_factor_page", lambda _: ask(), EVERYBODY, shows_nothing="what one's own log-in asks for, in words"),
    Row("submit_second_factor", lambda _: ask(), these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("submit_first_code", begun_second_factor, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("submit_second_factor_removal", set_in_browser, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_REMOVE),
    Row("submit_passkey_step", before_passkey_step, EVERYBODY, public=True),
    Row("submit_passkey", lambda _: ask(), these(COMMUNITY), 409, by=Permission.PASSKEY_ADD),
    Row("submit_made_passkey", asked_of_device, these(COMMUNITY), 409, by=Permission.PASSKEY_ADD),
    Row("passkey_page", renamed_key, these(COMMUNITY), 404, by=Permission.LOGIN_SEE),
    Row("submit_passkey_name", renamed_key, these(COMMUNITY), 409, by=Permission.PASSKEY_RENAME),
    Row("submit_passkey_ending", ended_key, these(COMMUNITY), 409, by=Permission.PASSKEY_END),
    Row("submit_logout", lambda _: ask(), EVERYBODY, by=Permission.SESSION_END),
    Row("account_page", lambda world: ask(shows=world.session_of("volunteer")), these("volunteer"), EMPTY, by=Permission.SESSION_SEE),
    Row(OTHER_LOGIN, lambda world: ask(session_id=world.session_of("volunteer")), these("volunteer"), 404, by=Permission.SESSION_END),
    Row("submit_acceptance", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("submit_refusal", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("password_page", lambda _: ask(), EVERYBODY, shows_nothing="the same to everybody who is logged in"),
    Row("submit_password", lambda _: ask(body=NEW), these(COMMUNITY), 409, by=Permission.PASSWORD_CHANGE),
)
