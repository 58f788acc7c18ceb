"""Rows of the walk: logging in, oneself, areas, persons and volunteers, work units, registrations of serving Party members."""

from backend.accounts.policy import Permission
from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.ids import new_id
from backend.party.models import PartyOrganisationKind
from backend.party.organisations import BroughtOrganisation, enter_organisations
from tests.policy.viewers import (
    COMMUNITY,
    DECIDING,
    DISTRICT,
    EVERYBODY,
    GRID,
    OFFICERS,
    ORGANISATION_OFFICER,
    PERSONS,
    STREET,
    VOLUNTEERS,
    elsewhere,
    these,
)
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import HOME, OFFICER_NAME, PASSWORD, World
from tests.support.people import person_form, registration_form, volunteer_form
from tests.support.scans import NETWORK, scan_code
from tests.support.second_factors import Authenticator, guarded, ticket_for


def grid_worker_with_password(world: World) -> Ask:
    world.give_password(world[GRID], "wangge.li")
    return ask(login_name="wangge.li")


def of_new_person(world: World) -> Ask:
    return ask(body=person_form(world.street))


def applied_registration(world: World) -> Ask:
    """The resident asks the community to take them in."""
    form = registration_form(world.street, world.unit_id)
    return ask(registration_id=world["resident"].made("/registrations", form)["id"], reason="资料不全")


def returned_registration(world: World) -> Ask:
    about = applied_registration(world)
    registration_id = about.known["registration_id"]
    world.officer.made(f"/registrations/{registration_id}/return", {"reason": "资料不全"})
    form = registration_form(world.street, world.unit_id)
    return ask(registration_id=registration_id, body={name: value for name, value in form.items() if name != "community_id"})


def accepted_registration(world: World) -> Ask:
    return ask(registration_id=world["party_member"].registration_id, shows=world["party_member"].registration_id)


def party_organisation(_: World) -> Ask:
    """A Party organisation that a street brought."""
    brought = BroughtOrganisation(new_id(), f"第{new_id()}党支部", PartyOrganisationKind.BRANCH, None, "639999001", None)
    with transaction():
        enter_organisations(Actor.system(), [brought], of=new_id(), now=clock.now())
    return ask(shows=str(brought.id))


def scanned(_: World) -> Ask:
    """A browser shows a code."""
    return ask(login_code=scan_code())


def applying_for_registration(world: World) -> Ask:
    return ask(body=registration_form(world.street, world.unit_id))


def own_role(world: World) -> Ask:
    """The volunteer's, as they read it."""
    (grant,) = world["volunteer"].seen("/me/role-grants")["items"]
    return ask(shows=grant["id"])


def earned(world: World) -> Ask:
    """The volunteer has points for a service that was confirmed."""
    world["resident"].made(f"/services/{world.fact_ids['team']}/confirmation")
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    return ask(shows=world["volunteer"].seen("/me/points")["items"][0]["id"])


def record_of_volunteer(world: World) -> Ask:
    return ask(person_id=world["volunteer"].person_id, shows=world["volunteer"].volunteer_number)


def served_once(world: World) -> Ask:
    earned(world)
    return ask(shows='"services":1,')


def moving_in(world: World) -> Ask:
    """A volunteer of the next community moves here."""
    phone = world.street.next.volunteer()
    return ask(body={"volunteer_number": phone.volunteer_number, "name": phone.card["name"], "community_id": world.street["和平社区"]})


def moving_wish(world: World) -> Ask:
    """Somebody of the next community wishes to move here."""
    phone = world.street.next.person()
    wish = phone.made("/me/relocations", {"community_id": world.street["和平社区"]})
    return ask(relocation_id=wish["id"], shows=wish["id"], reason="不住这里")


def own_wish(world: World) -> Ask:
    """The resident wishes to move to the next community."""
    wish = world["resident"].made("/me/relocations", {"community_id": world.street["团结社区"]})
    return ask(relocation_id=wish["id"], shows=wish["id"])


def begun_second_factor(world: World) -> Ask:
    """The officer's app has the secret, and shows a code."""
    app = Authenticator(world.officer.made("/me/second-factor")["secret"])
    return ask(body=lambda: {"code": app.code()})


def set_second_factor(world: World) -> Ask:
    _, recovery_codes = guarded(world.officer)
    return ask(body={"password": PASSWORD, "code": recovery_codes[0]})


def before_second_step(world: World) -> Ask:
    """The officer's password was right."""
    _, recovery_codes = guarded(world.officer)
    return ask(body=lambda: {"ticket": ticket_for(world.app, OFFICER_NAME, PASSWORD), "code": recovery_codes[0]})


THEIRS = these("volunteer")
SETTLING = these(*(office for role in (STREET, DISTRICT) for office in (role, elsewhere(role))))
LIVING_THERE = these(elsewhere(COMMUNITY))

# The others hold an office, lead, or hold a place.
CLOSING = these(
    "resident",
    *(name for role in ("organisation_staff", "work_unit_officer") for name in (role, elsewhere(role))),
    ORGANISATION_OFFICER,
    "newcomer",
    "volunteer",
    elsewhere("volunteer"),
    elsewhere("team_leader"),  # alone in their team
    elsewhere("resident"),
    elsewhere("party_member"),
    "proxy",
    elsewhere("proxy"),
)

ROWS = (
    # log-in: public, and to be asked by nobody as well as by somebody
    Row("log_in_by_wechat", lambda world: ask(body=world.wechat_login), EVERYBODY, public=True),
    Row("log_in_by_password", lambda _: ask(body={"name": OFFICER_NAME, "password": PASSWORD}), EVERYBODY, public=True),
    Row("refresh_tokens", lambda world: ask(refresh_token=world["volunteer"].refresh_token), EVERYBODY, public=True),
    Row("log_in_by_second_step", before_second_step, EVERYBODY, public=True),
    Row("begin_second_factor", lambda _: ask(), these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("confirm_second_factor", begun_second_factor, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("remove_second_factor", set_second_factor, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_REMOVE),
    Row("log_out", lambda _: ask(), EVERYBODY),
    Row("log_out_everywhere", lambda _: ask(), EVERYBODY, by=Permission.SESSION_END),
    Row("list_sessions", lambda world: ask(shows=world.session_of("volunteer")), these("volunteer"), EMPTY, by=Permission.SESSION_SEE),
    Row("list_logins", lambda world: ask(shows=world.login_of("volunteer")), these("volunteer"), EMPTY, by=Permission.LOGIN_SEE),
    Row(
        "end_login",
        lambda world: ask(login_id=world.login_of("volunteer"), body={"even_last": True}),
        these("volunteer"),
        404,
        by=Permission.LOGIN_END,
    ),
    Row("end_session", lambda world: ask(session_id=world.session_of("volunteer")), these("volunteer"), 404, by=Permission.SESSION_END),
    Row("see_console_login", lambda _: ask(login_code=scan_code(), shows=NETWORK), EVERYBODY, by=Permission.CONSOLE_LOGIN_APPROVE),
    Row("approve_console_login", scanned, EVERYBODY, by=Permission.CONSOLE_LOGIN_APPROVE),
    # the community's officer is the one who is logged in by password
    Row(
        "change_password",
        lambda _: ask(body={"old_password": PASSWORD, "new_password": "another-Horse-8-stands"}),
        these(COMMUNITY),
        409,
        by=Permission.PASSWORD_CHANGE,
    ),
    Row("reset_password", lambda _: ask(login_name=OFFICER_NAME), these(STREET, DISTRICT), 404, by=Permission.PASSWORD_RESET),
    Row("reset_password", grid_worker_with_password, OFFICERS, 404, by=Permission.PASSWORD_RESET, case="of a grid worker"),
    Row("list_area_tree", lambda _: ask(query={"grids": "true"}, shows=HOME), EVERYBODY, public=True),
    Row("list_points_rules", lambda _: ask(shows="每满30分钟得1分"), EVERYBODY, public=True),
    Row("list_indicators", lambda _: ask(shows="志愿服务队伍"), EVERYBODY, public=True),
    Row("list_words", lambda _: ask(shows="公益服务"), EVERYBODY, public=True),
    Row("list_areas", lambda world: ask(query={"parent_id": world.street["青山街道"]}, shows=HOME), EVERYBODY, public=True),
    Row("list_notices", lambda _: ask(shows="volunteer"), EVERYBODY, public=True),
    # oneself
    Row("read_me", lambda world: ask(shows=world["volunteer"].account_id), THEIRS, EMPTY),
    Row("download_own_data", lambda _: ask(), PERSONS, 403, by=Permission.OWN_DATA_COPY, shows_nothing="a packed file of one's own"),
    Row("close_account", lambda _: ask(body={"confirmed": True}), CLOSING, 409, by=Permission.ACCOUNT_CLOSE),
    Row("enter_volunteer", lambda world: ask(body=volunteer_form(world.street)), DECIDING, 403, by=Permission.VOLUNTEER_ENTER),
    Row("move_volunteer", moving_in, these(COMMUNITY), 403, by=Permission.VOLUNTEER_MOVE),
    Row(
        "ask_to_move",
        lambda world: ask(body={"community_id": world.street["团结社区"]}),
        PERSONS - LIVING_THERE,
        403,
        {409: LIVING_THERE},
        by=Permission.RELOCATION_ASK,
    ),
    Row("list_relocations", moving_wish, DECIDING, EMPTY, by=Permission.RELOCATION_SEE),
    Row("list_relocations", own_wish, these("resident", STREET) | LIVING_THERE, EMPTY, case="one's own"),
    Row("see_relocation", moving_wish, DECIDING, 404, by=Permission.RELOCATION_SEE),
    Row("accept_relocation", moving_wish, DECIDING, 404, by=Permission.RELOCATION_DECIDE),
    Row("refuse_relocation", moving_wish, DECIDING, 404, by=Permission.RELOCATION_DECIDE),
    Row("withdraw_relocation", own_wish, these("resident"), 404, {403: these(STREET) | LIVING_THERE}, by=Permission.RELOCATION_WITHDRAW),
    Row("see_person_record", record_of_volunteer, DECIDING | these("volunteer"), 404, {403: these(DISTRICT)}, by=Permission.PERSON_OPEN),
    Row(
        "find_by_whole_number",
        lambda world: ask(body={"kind": "id_number", "number": world["volunteer"].card["id_number"]}),
        DECIDING | frozenset(elsewhere(role) for role in DECIDING),
        403,
        by=Permission.PERSON_FIND,
    ),
    Row("set_phone", lambda world: ask(body=world.phone_code), PERSONS, 403, by=Permission.PHONE_SET),
    Row("list_my_role_grants", own_role, THEIRS, EMPTY),
    Row("see_my_standing", served_once, THEIRS, 404, {EMPTY: PERSONS - THEIRS}, by=Permission.POINTS_SEE),
    Row("list_my_points", earned, THEIRS, 404, {EMPTY: PERSONS - THEIRS}, by=Permission.POINTS_SEE),
    # persons: who has none yet may register, anybody else has one
    Row("register_person", of_new_person, EVERYBODY - PERSONS, 409, by=Permission.PERSON_REGISTER),
    Row(
        "register_volunteer",
        lambda world: ask(body=volunteer_form(world.street)),
        EVERYBODY - PERSONS,
        409,
        by=Permission.PERSON_REGISTER,
    ),
    Row(
        "leave_volunteering",
        lambda _: ask(body={}),
        VOLUNTEERS - these("team_leader"),  # elsewhere they are alone in their team
        403,
        {409: PERSONS - VOLUNTEERS | these("team_leader")},
        by=Permission.VOLUNTEER_LEAVE,
    ),
    Row(
        "list_volunteers",
        lambda world: ask(shows=world["volunteer"].person_id),
        OFFICERS | these("volunteer"),
        EMPTY,
        by=Permission.PERSON_SEE,
    ),
    # work units and registrations
    Row("list_work_units", lambda world: ask(shows=world.unit_id), EVERYBODY),
    Row("list_party_organisations", party_organisation, EVERYBODY),
    Row(
        "add_work_unit",
        lambda _: ask(body={"name": "测试区新单位", "nature": "public_institution"}),
        OFFICERS | frozenset(elsewhere(role) for role in OFFICERS),
        403,
        by=Permission.WORK_UNIT_ADD,
    ),
    Row(
        "change_work_unit",
        lambda world: ask(work_unit_id=world.unit_id, body={"nature": "other"}),
        SETTLING,
        403,
        by=Permission.WORK_UNIT_SETTLE,
    ),
    Row(
        "merge_work_units",
        lambda world: ask(work_unit_id=world.far_unit_id, body={"into_id": world.unit_id}),
        SETTLING,
        403,
        by=Permission.WORK_UNIT_SETTLE,
    ),
    Row("end_work_unit", lambda world: ask(work_unit_id=world.far_unit_id), SETTLING, 403, by=Permission.WORK_UNIT_SETTLE),
    Row(
        "apply_for_registration",
        applying_for_registration,
        PERSONS - these("party_member", elsewhere("party_member")),
        403,
        {409: these("party_member", elsewhere("party_member"))},
        by=Permission.REGISTRATION_APPLY,
    ),
    Row(
        "list_registrations",
        accepted_registration,
        OFFICERS | these("party_member", "work_unit_officer"),
        EMPTY,
        by=Permission.REGISTRATION_SEE,
    ),
    Row(
        "list_my_registrations", accepted_registration, these("party_member"), EMPTY, by=Permission.REGISTRATION_SEE, case="one's own only"
    ),
    Row(
        "see_registration",
        accepted_registration,
        OFFICERS | these("party_member", "work_unit_officer"),
        404,
        by=Permission.REGISTRATION_SEE,
    ),
    Row(
        "list_steps_of_registration",
        lambda world: ask(registration_id=world["party_member"].registration_id, shows="accepted"),
        OFFICERS | these("party_member"),
        404,
        {EMPTY: these("work_unit_officer")},
        by=Permission.REGISTRATION_SEE,
    ),
    *(
        Row(
            operation,
            applied_registration,
            DECIDING,
            404,
            {403: these(DISTRICT, "resident", "work_unit_officer")},
            by=Permission.REGISTRATION_REVIEW,
        )
        for operation in ("accept_registration", "return_registration")
    ),
    Row(
        "amend_registration",
        returned_registration,
        these("resident"),
        404,
        {403: OFFICERS | these("work_unit_officer")},
        by=Permission.REGISTRATION_AMEND,
    ),
    Row(
        "withdraw_registration",
        applied_registration,
        these("resident"),
        404,
        {403: OFFICERS | these("work_unit_officer")},
        by=Permission.REGISTRATION_WITHDRAW,
    ),
    Row(
        "change_unit",
        lambda world: ask(
            registration_id=world["party_member"].registration_id,
            body={"work_unit_id": world.far_unit_id, "party_organisation_name": "园林管理所党支部"},
        ),
        DECIDING | these("party_member"),
        404,
        {403: these(DISTRICT, "work_unit_officer")},
        by=Permission.REGISTRATION_UNIT,
    ),
    Row(
        "end_registration",
        lambda world: ask(registration_id=world["party_member"].registration_id, reason="迁出"),
        DECIDING | these("party_member"),
        404,
        {403: these(DISTRICT, "work_unit_officer")},
        by=Permission.REGISTRATION_END,
    ),
)
