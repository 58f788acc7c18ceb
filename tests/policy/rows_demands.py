"""Rows of the walk: demands, beneficiaries, claims."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from backend.accounts.policy import Permission
from backend.attendance.models import Shift
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.openings.models import Opening
from tests.policy.viewers import (
    COMMUNITY,
    DECIDING,
    DISTRICT,
    EVERYBODY,
    GRID,
    OFFICERS,
    ORGANISATION_OFFICER,
    PERSONS,
    these,
)
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import World
from tests.support.demands import AGREED, GRANDFATHER, GRANDMOTHER, demand_form, window
from tests.support.operations import Json

RESIDENT = these("resident")
STAFF = these(ORGANISATION_OFFICER, "organisation_staff")
CLAIMING = {"team": these("team_leader"), "organisation": STAFF, "work_unit": these("work_unit_officer"), "person": these("party_member")}
CLAIMANTS = these("team_leader", "work_unit_officer", "party_member") | STAFF


def at_home(world: World) -> Ask:
    return ask(beneficiary_id=world.officer.made("/beneficiaries", GRANDFATHER | {"area_id": world.street["和平第一网格"]})["id"])


def with_door_code(world: World) -> Ask:
    about = at_home(world)
    world.officer.made(f"/beneficiaries/{about.known['beneficiary_id']}/door-code")
    return about


def new(world: World) -> Ask:
    """A demand of the resident that nobody has looked at."""
    demand_id = world.new_demand()["id"]
    return ask(demand_id=demand_id, shows=demand_id, reason="请补充时间")


def returned(world: World) -> Ask:
    """A demand of the resident that the community returned."""
    about = new(world)
    world.officer.made(f"/demands/{about.shows}/return", {"reason": "请补充时间"})
    return ask(demand_id=about.shows, body={"details": "每周三上午"})


def returned_of_nobody(world: World) -> Ask:
    about = of_nobody(world)
    world.officer.made(f"/demands/{about.known['demand_id']}/return", {"reason": "请补充时间"})
    return ask(body={"details": "每周三上午"}, **about.known)


def of_nobody(world: World) -> Ask:
    """A demand that the grid worker submitted for nobody in particular."""
    return ask(demand_id=world.new_demand(GRID)["id"])


def published(world: World) -> Ask:
    demand_id = world.open_demand()["id"]
    return ask(demand_id=demand_id, shows=demand_id, reason="老人住院", query={"community_id": world.street["和平社区"]})


def over(world: World) -> Ask:
    """A published demand whose time is over."""
    demand = world.open_demand()
    earlier = {"starts_at": clock.now() - timedelta(days=2), "ends_at": clock.now() - timedelta(days=1)}
    with transaction():
        db.session.execute(update(Opening).where(Opening.id == UUID(demand["opening_id"])).values(earlier))
        db.session.execute(update(Shift).where(Shift.opening_id == UUID(demand["opening_id"])).values(earlier))
    return ask(demand_id=demand["id"], reason="无人到场")


def not_carried_out(world: World) -> Ask:
    about = over(world)
    world.officer.made(f"/demands/{about.known['demand_id']}/not-carried-out", {"reason": "无人到场"})
    return ask(body=window(starts_in=timedelta(days=1)), demand_id=about.known["demand_id"])


def changed(world: World) -> Ask:
    """A published demand of which the community changed the title."""
    demand_id = world.open_demand()["id"]
    world.officer.made(f"/demands/{demand_id}/changes", {"title": "看望一位老人", "reason": "写得清楚些"})
    return ask(demand_id=demand_id, shows="写得清楚些")


def served(world: World) -> Ask:
    """A published demand whose service was confirmed."""
    world["resident"].made(f"/services/{world.fact_ids['team']}/confirmation")
    return ask(demand_id=world.demand["id"])


def claimed(world: World) -> Ask:
    return ask(demand_id=world.demand["id"], shows=world.demand["claims"]["team"])


def in_grid(world: World) -> str:
    """Somebody on record in the first grid, without a basis: the id."""
    return str(world.officer.made("/beneficiaries", GRANDFATHER | {"area_id": world.street["和平第一网格"], "basis": None})["id"])


def on_record(world: World) -> Ask:
    beneficiary_id = in_grid(world)
    return ask(beneficiary_id=beneficiary_id, shows=beneficiary_id)


def moving(world: World) -> Ask:
    return ask(beneficiary_id=in_grid(world), body={"area_id": world.street["和平社区"], "address": "团结路6号"})


def being_person(world: World) -> Ask:
    return ask(beneficiary_id=in_grid(world), person_id=world["resident"].person_id)


def twice(world: World) -> Ask:
    first = in_grid(world)
    again = GRANDFATHER | {"area_id": world.street["和平第一网格"], "different_from": [first]}
    return ask(beneficiary_id=world.officer.made("/beneficiaries", again)["id"], into_id=first)


def consenting(world: World) -> Ask:
    about = on_record(world)
    world.officer.made(f"/beneficiaries/{about.shows}/basis", AGREED)
    return about


def arranging(world: World) -> Json:
    """That the team looks after the first grid."""
    ends_on = (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()
    return {"team_id": world.team_id, "area_id": world.street["和平第一网格"], "cause": "长期结对", "ends_on": ends_on}


def arranged(world: World) -> Ask:
    arrangement_id = world.officer.made("/arrangements", arranging(world))["id"]
    return ask(arrangement_id=arrangement_id, shows=arrangement_id, reason="队伍换人")


def arranged_with_staff(world: World) -> Ask:
    with_staff = {name: value for name, value in arranging(world).items() if name != "team_id"} | {"organisation_id": world.organisation_id}
    arrangement_id = world.officer.made("/arrangements", with_staff)["id"]
    return ask(arrangement_id=arrangement_id, shows=arrangement_id)


def invited(*, with_unit: bool) -> Callable[[World], Ask]:
    """The Party members of the unit are invited to a demand, or one of them is."""

    def about(world: World) -> Ask:
        wanted: Json = {"demand_id": world.open_demand()["id"], "cause": "懂手语", "ends_on": arranging(world)["ends_on"]}
        if with_unit:
            wanted |= {"work_unit_id": world.unit_id}
        else:
            member = world["party_member"]
            number = member.seen(f"/registrations/{member.registration_id}")["receipt_number"]
            wanted |= {"party_member": {"receipt_number": number, "name": member.card["name"]}}
        arrangement_id = world.officer.made("/arrangements", wanted)["id"]
        return ask(arrangement_id=arrangement_id, shows=arrangement_id)

    return about


def without_query(about: Ask) -> Ask:
    return ask(shows=about.shows, **about.known)


def claim_of(kind: str) -> Callable[[World], Ask]:
    def about(world: World) -> Ask:
        claim_id = world.claimed_demand()["claims"][kind]
        return ask(claim_id=claim_id, shows=claim_id, reason="人手不够")

    return about


def asking(kind: str) -> Callable[[World], Ask]:
    def about(world: World) -> Ask:
        claim_id = world.asking_claims()["claims"][kind]
        return ask(claim_id=claim_id, shows=claim_id, reason="已另有安排")

    return about


def claiming(**claimant: str) -> Callable[[World], Ask]:
    """A claim on an open demand for the team, the organisation or oneself."""

    def about(world: World) -> Ask:
        whom = {name: getattr(world, value) for name, value in claimant.items()} or {"as_person": True, "overlap_confirmed": True}
        return ask(body={"role_id": world.open_demand()["role_id"]} | whom)

    return about


ROWS = (
    Row("list_brands", lambda _: ask(shows="door_knock"), EVERYBODY),
    Row(
        "submit_demand",
        lambda world: ask(body=demand_form(world.street)),
        PERSONS | DECIDING | these(GRID),
        403,
        by=Permission.DEMAND_SUBMIT,
    ),
    Row(
        "submit_demand",
        lambda world: ask(body=demand_form(world.street, requester_person_id=world["resident"].person_id)),
        RESIDENT | DECIDING | these(GRID, "proxy"),
        403,
        by=Permission.DEMAND_SUBMIT,
        case="for somebody",
    ),
    Row(
        "find_demands_nearby",
        lambda _: ask(body={"latitude": 38.4872, "longitude": 106.2309}),
        EVERYBODY,
        by=Permission.DEMAND_BROWSE,
    ),
    Row("list_open_demands", published, EVERYBODY, by=Permission.DEMAND_BROWSE),
    Row(
        "list_demands_in_care",
        lambda world: ask(query={"status": "submitted"}, shows=new(world).shows),
        OFFICERS | these(GRID),
        EMPTY,
        by=Permission.DEMAND_SEE,
    ),
    Row("list_my_demands", new, RESIDENT | these("proxy"), EMPTY),
    Row("see_demand", new, RESIDENT | OFFICERS | these(GRID, "proxy"), 404, by=Permission.DEMAND_SEE, case="submitted"),
    Row("see_demand", lambda world: without_query(published(world)), EVERYBODY, case="published"),
    Row(
        "see_demand",
        lambda world: ask(demand_id=world.demand["id"], shows="老人听力不好"),
        RESIDENT | OFFICERS | CLAIMANTS | these(GRID, "proxy"),
        EMPTY,
        by=Permission.DEMAND_SEE,
        case="its details",
    ),
    Row(
        "publish_demand",
        lambda world: ask(demand_id=new(world).known["demand_id"], body=window()),
        DECIDING,
        404,
        {403: RESIDENT | these(DISTRICT, GRID, "proxy")},
        by=Permission.DEMAND_REVIEW,
    ),
    Row("publish_demand_again", not_carried_out, DECIDING, 403, by=Permission.DEMAND_REVIEW),
    Row(
        "change_demand",
        lambda world: ask(demand_id=world.open_demand()["id"], body={"title": "看望一位老人", "reason": "写得清楚些"}),
        DECIDING,
        403,
        by=Permission.DEMAND_REVIEW,
        case="published",
    ),
    Row(
        "change_demand",
        lambda world: ask(demand_id=new(world).known["demand_id"], body={"reason": "写得清楚些"}),
        these(),
        404,
        {403: RESIDENT | these(DISTRICT, GRID, "proxy"), 409: DECIDING},
        case="submitted",
    ),
    Row("list_changes_of_demand", changed, EVERYBODY, case="published"),
    Row("return_demand", new, DECIDING, 404, {403: RESIDENT | these(DISTRICT, GRID, "proxy")}, by=Permission.DEMAND_REVIEW),
    Row(
        "amend_demand",
        returned,
        RESIDENT | these("proxy"),
        404,
        {403: OFFICERS | these(GRID)},
        by=Permission.DEMAND_AMEND,
        case="the resident's",
    ),
    Row(
        "amend_demand",
        returned_of_nobody,
        DECIDING | these(GRID),
        404,
        {403: these(DISTRICT)},
        by=Permission.DEMAND_AMEND,
        case="nobody's",
    ),
    Row(
        "list_steps_of_demand",
        lambda world: ask(demand_id=returned(world).known["demand_id"], shows="请补充时间"),
        RESIDENT | OFFICERS | these(GRID, "proxy"),
        404,
        by=Permission.DEMAND_SEE,
        case="returned",
    ),
    Row(
        "list_steps_of_demand",
        lambda world: ask(demand_id=world.demand["id"], shows="published"),
        RESIDENT | OFFICERS | CLAIMANTS | these(GRID, "proxy"),
        403,
        by=Permission.DEMAND_SEE,
        case="claimed",
    ),
    Row(
        "withdraw_demand",
        new,
        RESIDENT | these("proxy"),
        404,
        {403: OFFICERS | these(GRID)},
        by=Permission.DEMAND_WITHDRAW,
        case="the resident's",
    ),
    Row("withdraw_demand", of_nobody, these(GRID), 404, {403: OFFICERS}, by=Permission.DEMAND_WITHDRAW, case="nobody's"),
    Row("cancel_demand", lambda world: without_query(published(world)), DECIDING, 403, by=Permission.DEMAND_CANCEL),
    Row("mark_not_carried_out", over, DECIDING, 403, by=Permission.DEMAND_CANCEL),
    Row("complete_demand", served, DECIDING | RESIDENT, 403, by=Permission.DEMAND_COMPLETE),
    Row(
        "reveal_beneficiary",
        lambda world: ask(demand_id=world.claimed_demand()["id"], shows=GRANDMOTHER["address"]),
        CLAIMANTS | these(COMMUNITY),
        404,
        by=Permission.BENEFICIARY_SEE,
    ),
    Row(
        "disclose_visited",
        lambda world: ask(demand_id=world.claimed_demand()["id"], shows=GRANDMOTHER["address"]),
        CLAIMANTS | these(COMMUNITY),
        404,
        by=Permission.BENEFICIARY_SEE,
    ),
    Row(
        "add_beneficiary",
        lambda world: ask(body=GRANDFATHER | {"area_id": world.street["和平第一网格"]}),
        DECIDING | these(GRID),
        403,
        by=Permission.BENEFICIARY_ADD,
    ),
    Row("issue_door_code", at_home, DECIDING, 404, {403: these(GRID)}, by=Permission.DOOR_CODE_ISSUE),
    Row("end_door_code", with_door_code, DECIDING, 404, {403: these(GRID)}, by=Permission.DOOR_CODE_ISSUE),
    Row(
        "list_beneficiaries",
        lambda world: ask(shows=in_grid(world)),
        these(COMMUNITY, GRID),
        EMPTY,
        by=Permission.BENEFICIARY_SEE,
    ),
    Row("see_beneficiary_notice", lambda _: ask(shows="服务对象个人信息处理告知书"), EVERYBODY),
    Row("see_beneficiary", on_record, these(COMMUNITY, GRID), 404, by=Permission.BENEFICIARY_SEE),
    Row("add_basis", on_record, these(COMMUNITY, GRID), 404, by=Permission.BENEFICIARY_CHANGE),
    Row("withdraw_basis", consenting, these(COMMUNITY, GRID), 404, by=Permission.BENEFICIARY_CHANGE),
    Row("move_beneficiary", moving, these(COMMUNITY), 404, {403: these(GRID)}, by=Permission.BENEFICIARY_SETTLE),
    Row("tie_beneficiary", being_person, these(COMMUNITY), 404, {403: these(GRID)}, by=Permission.BENEFICIARY_SETTLE),
    Row("end_beneficiary", on_record, these(COMMUNITY), 404, {403: these(GRID)}, by=Permission.BENEFICIARY_SETTLE),
    Row("merge_beneficiary", twice, these(COMMUNITY), 404, {403: these(GRID)}, by=Permission.BENEFICIARY_SETTLE),
    Row("make_arrangement", lambda world: ask(body=arranging(world)), DECIDING, 403, by=Permission.ARRANGEMENT_MAKE),
    Row("list_arrangements", arranged, OFFICERS | these("team_leader"), EMPTY, by=Permission.ARRANGEMENT_SEE),
    Row("see_arrangement", arranged, OFFICERS | these("team_leader"), 404, by=Permission.ARRANGEMENT_SEE),
    Row("see_arrangement", arranged_with_staff, OFFICERS | STAFF, 404, by=Permission.ARRANGEMENT_SEE, case="of an organisation"),
    Row(
        "see_arrangement",
        invited(with_unit=False),
        OFFICERS | these("party_member"),
        404,
        by=Permission.ARRANGEMENT_SEE,
        case="of a Party member",
    ),
    Row(
        "see_arrangement",
        invited(with_unit=True),
        OFFICERS | these("work_unit_officer"),
        404,
        by=Permission.ARRANGEMENT_SEE,
        case="of a unit",
    ),
    Row("end_arrangement", arranged, DECIDING, 404, {403: these(DISTRICT, "team_leader")}, by=Permission.ARRANGEMENT_MAKE),
    Row("claim_place", claiming(team_id="team_id"), these("team_leader"), 403, by=Permission.PLACE_CLAIM, case="for a team"),
    Row("claim_place", claiming(organisation_id="organisation_id"), STAFF, 403, by=Permission.PLACE_CLAIM, case="for an organisation"),
    Row("claim_place", claiming(), these("party_member"), 403, by=Permission.PLACE_CLAIM, case="as a Party member"),
    *(
        Row(
            operation,
            asking(kind),
            DECIDING,
            404,
            {403: RESIDENT | CLAIMING[kind] | these(DISTRICT)},
            by=Permission.CLAIM_REVIEW,
            case=kind,
        )
        for operation in ("accept_claim", "refuse_claim")
        for kind in ("team", "organisation", "person")
    ),
    Row("list_waiting_claims", asking("team"), OFFICERS, EMPTY, by=Permission.CLAIM_SEE),
    *(
        Row("see_claim", claim_of(kind), OFFICERS | RESIDENT | viewers, 404, by=Permission.CLAIM_SEE, case=kind)
        for kind, viewers in CLAIMING.items()
    ),
    *(
        Row(
            "release_claim",
            claim_of(kind),
            DECIDING | viewers,
            404,
            {403: RESIDENT | these(DISTRICT)},
            by=Permission.PLACE_RELEASE,
            case=kind,
        )
        for kind, viewers in CLAIMING.items()
    ),
    *(Row("list_my_claims", claim_of(kind), viewers, EMPTY, by=Permission.CLAIM_SEE, case=kind) for kind, viewers in CLAIMING.items()),
    Row("list_claims_of_demand", claimed, OFFICERS | RESIDENT, 403, by=Permission.CLAIM_SEE),
)
