"""Rows of the walk: volunteer teams and social organisations, who leads them and who belongs to them."""

from datetime import date
from uuid import UUID

from backend.accounts.policy import Permission
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.organisations.service import verify_organisation
from tests.policy.viewers import (
    DECIDING,
    DISTRICT,
    EVERYBODY,
    OFFICERS,
    ORGANISATION_OFFICER,
    PERSONS,
    STREET,
    VOLUNTEERS,
    these,
)
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import World
from tests.support.organisations import credit_code, organisation_plan, verification
from tests.support.teams import applied_team, team_plan

LEADER = these("team_leader")
HEAD = these(ORGANISATION_OFFICER)
STAFF = HEAD | these("organisation_staff")


def team(world: World) -> Ask:
    return ask(team_id=world.team_id, shows=world.team_id, reason="队员不足", membership_id=world.membership_id)


def team_applied_for(world: World) -> Ask:
    """The leader applies for another team, which so far concerns nobody but them and the community."""
    team_id = applied_team(world["team_leader"], world.street)["id"]
    return ask(team_id=team_id, shows=team_id, reason="章程不全", query={"status": "applied"})


def team_returned(world: World) -> Ask:
    team_id = applied_team(world["team_leader"], world.street)["id"]
    world.officer.made(f"/teams/{team_id}/return", {"reason": "章程不全"})
    return ask(team_id=team_id, body=team_plan())


def wish(world: World) -> Ask:
    """A volunteer of the organisation asks to join the team."""
    request_id = world["organisation_staff"].made(f"/teams/{world.team_id}/join-requests")["id"]
    return ask(team_id=world.team_id, request_id=request_id, shows=request_id, reason="人数已满")


def organisation(world: World) -> Ask:
    return ask(organisation_id=world.organisation_id, shows=world.organisation_id, staff_id=world.staff_id, reason="已注销")


def applied(world: World) -> str:
    plan = organisation_plan(community_id=world.street["和平社区"])
    organisation_id: str = world[ORGANISATION_OFFICER].made("/organisations", plan)["id"]
    return organisation_id


def organisation_applied_for(world: World) -> Ask:
    organisation_id = applied(world)
    return ask(organisation_id=organisation_id, shows=organisation_id, reason="材料不全", query={"status": "applied"})


def organisation_on_record(world: World) -> Ask:
    plan = organisation_plan(community_id=world.street["和平社区"], record_number="备2026-801")
    organisation_id = world[ORGANISATION_OFFICER].made("/organisations", plan)["id"]
    world.officer.made(f"/organisations/{organisation_id}/verification", verification())
    body = {"credit_code": credit_code(), "registered_on": verification()["agreed_on"], "proof": "登记证书第1号"}
    return ask(organisation_id=organisation_id, body=body)


DAY = {"agreed_on": "2024-02-03", "proof": "协议原件", "reason": "录入时写反"}


def day_known_by_nobody(world: World) -> Ask:
    """The platform itself verified it, so that nobody is the first of two."""
    organisation_id = applied(world)
    with transaction():
        verify_organisation(Actor.system(), UUID(organisation_id), agreed_on=date(2024, 3, 2), proof="协议", now=clock.now())
    return ask(organisation_id=organisation_id, body=DAY)


def day_corrected(world: World) -> Ask:
    organisation_id = day_known_by_nobody(world).known["organisation_id"]
    world[STREET].made(f"/organisations/{organisation_id}/day-corrections", DAY)
    return ask(organisation_id=organisation_id, shows=DAY["reason"])


def organisation_returned(world: World) -> Ask:
    about = organisation_applied_for(world)
    world.officer.made(f"/organisations/{about.known['organisation_id']}/return", {"reason": "材料不全"})
    return ask(organisation_id=about.known["organisation_id"], body=organisation_plan())


def without_query(about: Ask) -> Ask:
    return ask(shows=about.shows, **about.known)


TEAMS = (
    Row(
        "apply_for_team",
        lambda world: ask(body=team_plan(community_id=world.street["和平社区"])),
        VOLUNTEERS,
        403,
        by=Permission.TEAM_APPLY,
    ),
    Row("list_teams", team, EVERYBODY, case="active"),
    Row("list_teams", team_applied_for, OFFICERS | LEADER, EMPTY, by=Permission.TEAM_SEE, case="applied for"),
    Row("show_team", team, EVERYBODY, case="active"),
    Row(
        "show_team",
        lambda world: without_query(team_applied_for(world)),
        OFFICERS | LEADER,
        404,
        by=Permission.TEAM_SEE,
        case="applied for",
    ),
    Row("list_steps_of_team", lambda world: ask(team_id=world.team_id, shows="active"), OFFICERS | LEADER, 403, by=Permission.TEAM_SEE),
    Row("list_my_teams", team, LEADER | these("volunteer"), EMPTY),
    Row("amend_team_application", team_returned, LEADER, 404, {403: OFFICERS}, by=Permission.TEAM_AMEND),
    *(
        Row(
            operation,
            lambda world: without_query(team_applied_for(world)),
            DECIDING,
            404,
            {403: LEADER | these(DISTRICT)},
            by=Permission.TEAM_REVIEW,
        )
        for operation in ("accept_team", "return_team")
    ),
    Row("rename_team", team, DECIDING, 403, by=Permission.TEAM_REVIEW),
    Row("dissolve_team", team, DECIDING, 403, by=Permission.TEAM_REVIEW),
    Row("name_successor", team, DECIDING | LEADER, 403, by=Permission.TEAM_HAND_OVER),
    Row("ask_to_join", team, VOLUNTEERS - LEADER - these("volunteer"), 403, {409: LEADER | these("volunteer")}, by=Permission.TEAM_JOIN),
    Row("list_join_requests", wish, OFFICERS | LEADER, 403, by=Permission.TEAM_MEMBERS_SEE),
    Row("list_waiting_join_requests", wish, LEADER, EMPTY, by=Permission.TEAM_LEAD),
    Row("list_my_join_requests", wish, these("organisation_staff"), EMPTY),
    *(Row(operation, wish, LEADER, 403, by=Permission.TEAM_LEAD) for operation in ("accept_member", "refuse_member")),
    Row("withdraw_join_request", wish, these("organisation_staff"), 404, by=Permission.TEAM_LEAVE),
    Row(
        "list_members",
        lambda world: ask(team_id=world.team_id, shows=world.membership_id),
        OFFICERS | LEADER,
        403,
        by=Permission.TEAM_MEMBERS_SEE,
    ),
    Row("remove_member", team, LEADER, 403, by=Permission.TEAM_LEAD),
    Row("leave_team", team, these("volunteer"), 403, {409: PERSONS - these("volunteer")}, by=Permission.TEAM_LEAVE),
)

ORGANISATIONS = (
    Row(
        "apply_for_organisation",
        lambda world: ask(body=organisation_plan(community_id=world.street["和平社区"])),
        PERSONS,
        403,
        by=Permission.ORGANISATION_APPLY,
    ),
    Row("list_organisations", organisation, EVERYBODY, case="verified"),
    Row("list_organisations", organisation_applied_for, OFFICERS | HEAD, EMPTY, by=Permission.ORGANISATION_SEE, case="applied for"),
    Row("show_organisation", organisation, EVERYBODY, case="verified"),
    Row(
        "show_organisation",
        lambda world: without_query(organisation_applied_for(world)),
        OFFICERS | HEAD,
        404,
        by=Permission.ORGANISATION_SEE,
        case="applied for",
    ),
    Row(
        "list_steps_of_organisation",
        lambda world: ask(organisation_id=world.organisation_id, shows="verified"),
        OFFICERS | HEAD,
        403,
        by=Permission.ORGANISATION_SEE,
    ),
    Row("list_my_organisations", organisation, STAFF, EMPTY),
    Row("amend_organisation_application", organisation_returned, HEAD, 404, {403: OFFICERS}, by=Permission.ORGANISATION_AMEND),
    *(
        Row(
            operation,
            lambda world: without_query(organisation_applied_for(world)),
            DECIDING,
            404,
            {403: HEAD | these(DISTRICT)},
            by=Permission.ORGANISATION_REVIEW,
        )
        for operation in ("verify_organisation", "return_organisation")
    ),
    Row("rename_organisation", organisation, DECIDING, 403, by=Permission.ORGANISATION_REVIEW),
    Row("end_organisation", organisation, DECIDING, 403, by=Permission.ORGANISATION_REVIEW),
    Row("register_organisation", organisation_on_record, DECIDING, 403, by=Permission.ORGANISATION_REVIEW),
    Row("correct_day_of_organisation", day_known_by_nobody, DECIDING, 403, by=Permission.ORGANISATION_REVIEW),
    Row("list_day_corrections", day_corrected, OFFICERS | HEAD, 404, by=Permission.ORGANISATION_SEE),
    Row("name_officer", organisation, DECIDING | HEAD, 403, by=Permission.ORGANISATION_HAND_OVER),
    Row(
        "list_staff",
        lambda world: ask(organisation_id=world.organisation_id, shows=world.staff_id),
        OFFICERS | STAFF,
        403,
        by=Permission.STAFF_SEE,
    ),
    Row(
        "add_staff",
        lambda world: ask(
            organisation_id=world.organisation_id, body={"volunteer_number": world["volunteer"].volunteer_number, "name": "王志愿"}
        ),
        HEAD,
        403,
        by=Permission.STAFF_CHANGE,
    ),
    Row("remove_staff", organisation, HEAD, 403, by=Permission.STAFF_CHANGE),
    Row(
        "leave_organisation",
        organisation,
        these("organisation_staff"),
        403,
        {409: PERSONS - these("organisation_staff")},
        by=Permission.STAFF_LEAVE,
    ),
)

ROWS = (*TEAMS, *ORGANISATIONS)
