"""Rows of the walk: who appoints whom, and what the three administrators look after."""

from backend.accounts.policy import Permission
from backend.foundation.actor import Grant, Role
from tests.policy.viewers import COMMUNITY, DISTRICT, NOBODY, OFFICERS, STREET, UNCHECKED, these
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import World
from tests.support.deliveries import failed_delivery
from tests.support.demands import give_role, grant_to
from tests.support.humans import appointed
from tests.support.people import person_form

APPOINTING = OFFICERS | these("security_admin")


def office(world: World) -> Ask:
    """The volunteer is grid worker of the community."""
    form = {
        "role": "grid_worker",
        "area_id": world.street["和平社区"],
        "volunteer_number": world["volunteer"].volunteer_number,
        "name": "王志愿",
    }
    grant_id = appointed(world.officer, world["volunteer"], form)["id"]
    return ask(grant_id=grant_id, shows=grant_id, reason="调离", body=None)


def offered(world: World) -> Ask:
    """The volunteer is to accept that office."""
    return ask(grant_id=world.officer.made("/role-grants", appointing(world, "grid_worker", "和平社区").body)["id"])


def proposed(world: World) -> Ask:
    """The community's officer appointed the volunteer to their own level."""
    colleague = world.street.administrator(Role.COMMUNITY_OFFICER, world.street.home.path)
    return ask(grant_id=colleague.made("/role-grants", appointing(world, "community_officer", "和平社区").body)["id"])


def unchecked(world: World) -> Ask:
    """The office of somebody whose papers nobody saw."""
    (grant,) = world[UNCHECKED].seen("/me/role-grants")["items"]
    return ask(grant_id=grant["id"], body=person_form(world.street, name="赵核验"))


def unchecked_grid_worker(world: World) -> Ask:
    phone = world.street.phone()
    grant_to(phone, Grant(Role.GRID_WORKER, area_path="639999001001001"))
    (grant,) = phone.seen("/me/role-grants")["items"]
    return ask(grant_id=grant["id"], body=person_form(world.street, name="赵核验"))


def administrators(world: World) -> Ask:
    """Somebody is audit administrator of the street."""
    give_role(world["resident"], Grant(Role.AUDIT_ADMIN, area_path="639999001"))
    (grant,) = [grant for grant in world["resident"].seen("/me/role-grants")["items"] if grant["role"] == "audit_admin"]
    return ask(grant_id=grant["id"], reason="调离", ends_on=None)


def appointing(world: World, role: str, area: str) -> Ask:
    form = {"role": role, "area_id": world.street[area], "volunteer_number": world["volunteer"].volunteer_number, "name": "王志愿"}
    return ask(body=form)


def logged(world: World) -> Ask:
    """What the volunteer did stands in the log."""
    account_id = world["volunteer"].account_id
    return ask(query={"account_id": account_id}, shows=account_id)


SYSTEM_ADMINS = these("system_admin", "system_admin elsewhere")
"""What happened lies in no area."""


def undelivered(_world: World) -> Ask:
    """Something failed."""
    return ask(shows=str(failed_delivery()))


ROWS = (
    Row("list_role_grants", office, APPOINTING, EMPTY, by=Permission.ROLE_SEE),
    Row("see_role_grant", office, APPOINTING, 404, by=Permission.ROLE_SEE),
    Row(
        "grant_role",
        lambda world: appointing(world, "grid_worker", "和平社区"),
        APPOINTING,
        403,
        by=Permission.ROLE_GRANT,
        case="grid worker",
    ),
    Row(
        "grant_role",
        lambda world: appointing(world, "street_officer", "青山街道"),
        these(STREET, DISTRICT, "security_admin"),
        403,
        by=Permission.ROLE_GRANT,
        case="street officer",
    ),
    Row(
        "grant_role",
        lambda world: appointing(world, "system_admin", "青山街道"),
        NOBODY,
        403,
        by=Permission.ADMINISTRATOR_GRANT,
        case="administrator",
    ),
    Row(
        "change_term",
        lambda world: ask(grant_id=office(world).known["grant_id"], body={"ends_on": None}),
        APPOINTING,
        404,
        by=Permission.ROLE_GRANT,
    ),
    Row("withdraw_role", office, APPOINTING, 404, by=Permission.ROLE_WITHDRAW),
    Row("approve_role", proposed, APPOINTING, 404, by=Permission.ROLE_APPROVE),
    Row("accept_role", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("decline_role", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row(
        "check_identity",
        unchecked,
        these(STREET, DISTRICT),
        404,
        {403: these(COMMUNITY, "security_admin")},
        by=Permission.IDENTITY_CHECK,
    ),
    Row(
        "check_identity",
        unchecked_grid_worker,
        OFFICERS,
        404,
        {403: these("security_admin")},
        by=Permission.IDENTITY_CHECK,
        case="of a grid worker",
    ),
    Row(
        "withdraw_role",
        administrators,
        NOBODY,
        404,
        {403: these(STREET, DISTRICT, "security_admin")},
        by=Permission.ADMINISTRATOR_GRANT,
        case="administrator",
    ),
    Row("list_lockouts", lambda world: ask(shows=world.locked_login()), these("security_admin"), EMPTY, by=Permission.LOCKOUT_SEE),
    Row("lift_lockout", lambda world: ask(login_id=world.locked_login()), these("security_admin"), 404, by=Permission.LOCKOUT_LIFT),
    Row("list_failed_deliveries", undelivered, SYSTEM_ADMINS, 403, by=Permission.DELIVERY_SEE),
    Row("retry_deliveries", lambda _: ask(body={"event_id": str(failed_delivery())}), SYSTEM_ADMINS, 403, by=Permission.DELIVERY_RETRY),
    Row("list_audit_entries", logged, these("audit_admin", "audit_admin elsewhere"), 403, by=Permission.AUDIT_SEE),
)
