"""Rows of the walk: who acts for an elder, the way back to an account, two accounts that become one."""

from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher

from backend.accounts.models import Login, LoginKind
from backend.accounts.policy import OFFICE_ROLES, Permission
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from tests.policy.viewers import DECIDING, DISTRICT, EVERYBODY, GRID, NEWCOMER, OFFICERS, PERSONS, STREET, elsewhere, these
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import World
from tests.support.beginning import wechat_user
from tests.support.demands import give_role, grant_to
from tests.support.operations import Json
from tests.support.people import identity_number
from tests.support.proxies import proxy_form, recorded_proxy
from tests.support.recoveries import seen

NAME, PASSWORD = "heping.li", "Correct-Horse-7"
NEIGHBOUR = {"name": "李邻居", "id_number": identity_number()}


def proxy(world: World) -> Ask:
    """Whoever walks as proxy acts for the resident, by the community's record."""
    found = recorded_proxy(world.officer, world.street, world["proxy"].card, elder=world["resident"].card)
    ends_on = clock.shanghai_day(clock.now()) + timedelta(days=30)
    return ask(proxy_id=found["id"], shows=found["id"], ends_on=ends_on.isoformat(), reason="老人搬家")


def recording(world: World) -> Ask:
    return ask(body=proxy_form(world.street, world["proxy"].card))


def recovery(world: World) -> Ask:
    """Somebody with a new WeChat asks for the account of the resident."""
    applicant = wechat_user(world.app)
    recovery_id = applicant.made("/account-recoveries", world["resident"].card)["id"]
    return ask(recovery_id=recovery_id, shows=recovery_id, reason="请携带身份证", **seen(recovery_id))


def seen_recovery(world: World) -> Ask:
    """The community's officer saw who asks for the account of the resident."""
    about = recovery(world)
    colleague = wechat_user(world.app)
    give_role(colleague, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    recovery_id = about.known["recovery_id"]
    colleague.made(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))
    return about


def own_recovery(world: World) -> Ask:
    """Somebody new asks for the account of nobody."""
    card = {"name": "李无名", "id_number": identity_number()}
    recovery_id = world[NEWCOMER].made("/account-recoveries", card)["id"]
    return ask(recovery_id=recovery_id, shows=recovery_id)


def login_by_password(world: World, *, grant: Grant | None = None) -> Json:
    """An account that logs in by password, its hash cheap because it is verified for each viewer."""
    phone = wechat_user(world.app)
    if grant is not None:
        grant_to(phone, grant)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction():
        login = Login(id=new_id(), account_id=UUID(phone.account_id), kind=LoginKind.PASSWORD, name=NAME, password_hash=cheap)
        login.created_at = clock.now()
        db.session.add(login)
    return {"name": NAME, "password": PASSWORD}


def merging(world: World) -> Ask:
    """A colleague of the community's officer is the volunteer, too."""
    login_by_password(world, grant=Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    number = world["volunteer"].volunteer_number
    return ask(body={"login_name": NAME, "volunteer_number": number, "name": "王志愿", "reason": "同一人"})


def merging_a_grid_worker(world: World) -> Ask:
    login_by_password(world, grant=Grant(Role.GRID_WORKER, area_path="639999001001001"))
    number = world["volunteer"].volunteer_number
    return ask(body={"login_name": NAME, "volunteer_number": number, "name": "王志愿", "reason": "同一人"})


def own_by_wechat(world: World) -> Ask:
    """Another WeChat of whoever asks."""
    client = world.app.test_client()
    client.post("/api/v1/auth/wechat", json=world.wechat_login())
    return ask(body=world.wechat_login)


# A way into an account with an office is added by the level above.
IN_OFFICE = these(*(name for role in OFFICE_ROLES for name in (role.value, elsewhere(role.value))))
SEEING = OFFICERS | these(GRID, "resident", "proxy")

CORRECTING = {"proof": "id_card"}
DIED = {"died_on": "2026-03-01", "proof": "medical_certificate"}


def of_who_lives_here(world: World) -> Ask:
    return ask(person_id=world["resident"].person_id, body={"name": "李改名", "id_number": identity_number()} | CORRECTING)


def correction(world: World) -> Ask:
    """A colleague of the community saw papers of the resident."""
    colleague = wechat_user(world.app)
    give_role(colleague, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    body = {"name": "李改名", "id_number": identity_number()} | CORRECTING
    made = colleague.made(f"/people/{world['resident'].person_id}/corrections", body)
    return ask(correction_id=made["id"], shows=made["id"], reason="证件不符")


def died(world: World) -> Ask:
    """A colleague of the community saw papers of somebody else there."""
    colleague = wechat_user(world.app)
    give_role(colleague, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    made = colleague.made(f"/people/{world.street.home.volunteer().person_id}/deaths", DIED)
    return ask(death_id=made["id"], shows=made["id"], reason="证明不符")


def on_record_as_dead(world: World) -> Ask:
    """And a second one agreed, whom nobody here appointed."""
    asked = died(world)
    second = wechat_user(world.app)
    give_role(second, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    second.made(f"/deaths/{asked.known['death_id']}/confirmation")
    return asked


PROXIES = (
    Row("record_proxy", recording, DECIDING | these(GRID), 403, by=Permission.PROXY_GRANT),
    Row("list_proxies", proxy, SEEING, EMPTY, by=Permission.PROXY_SEE),
    Row("see_proxy", proxy, SEEING, 404, by=Permission.PROXY_SEE),
    Row("renew_proxy", proxy, DECIDING | these(GRID), 404, {403: these(DISTRICT, "resident", "proxy")}, by=Permission.PROXY_GRANT),
    Row("end_proxy", proxy, DECIDING | these(GRID, "resident", "proxy"), 404, {403: these(DISTRICT)}, by=Permission.PROXY_END),
)

RECOVERIES = (
    Row(
        "apply_for_recovery",
        lambda world: ask(body=world["resident"].card),
        EVERYBODY - PERSONS,
        409,
        by=Permission.RECOVERY_APPLY,
    ),
    Row("list_recoveries", recovery, OFFICERS | these("resident"), EMPTY, by=Permission.RECOVERY_SEE),
    Row("list_recoveries", own_recovery, these(NEWCOMER), EMPTY, case="one's own"),
    Row("see_recovery", recovery, OFFICERS | these("resident"), 404, by=Permission.RECOVERY_SEE),
    Row("see_recovery", own_recovery, these(NEWCOMER), 404, case="one's own"),
    Row("confirm_recovery", recovery, DECIDING, 404, {403: these(DISTRICT, "resident")}, by=Permission.RECOVERY_REVIEW),
    Row("approve_recovery", seen_recovery, OFFICERS | these("resident"), 404, by=Permission.RECOVERY_APPROVE),
    Row("return_recovery", recovery, DECIDING | these("resident"), 404, {403: these(DISTRICT)}, by=Permission.RECOVERY_REFUSE),
    Row(
        "propose_correction",
        of_who_lives_here,
        DECIDING,
        404,
        {403: these(DISTRICT, "resident")},
        by=Permission.CORRECTION_PROPOSE,
    ),
    Row("list_corrections", correction, DECIDING | these("resident"), EMPTY, by=Permission.CORRECTION_SEE),
    Row("see_correction", correction, DECIDING | these("resident"), 404, by=Permission.CORRECTION_SEE),
    Row("confirm_correction", correction, DECIDING, 404, {403: these("resident")}, by=Permission.CORRECTION_CONFIRM),
    Row("return_correction", correction, DECIDING | these("resident"), 404, by=Permission.CORRECTION_RETURN),
    Row(
        "report_death",
        lambda world: ask(person_id=world["resident"].person_id, body=DIED),
        DECIDING,
        404,
        {403: these(DISTRICT, "resident")},
        by=Permission.DEATH_REPORT,
    ),
    Row("list_deaths", died, DECIDING, EMPTY, by=Permission.DEATH_SEE),
    Row("see_death", died, DECIDING, 404, by=Permission.DEATH_SEE),
    Row("confirm_death", died, DECIDING, 404, by=Permission.DEATH_DECIDE),
    Row("return_death", died, DECIDING, 404, by=Permission.DEATH_DECIDE),
    Row("undo_death", on_record_as_dead, DECIDING, 404, by=Permission.DEATH_UNDO),
    Row("withdraw_recovery", own_recovery, these(NEWCOMER), 404, case="one's own"),
    Row("withdraw_recovery", recovery, these(), 404, {403: OFFICERS | these("resident")}, case="somebody else's"),
)

MERGES = (
    Row(
        "merge_by_password",
        lambda world: ask(body=login_by_password(world)),
        EVERYBODY - IN_OFFICE,
        403,
        by=Permission.ACCOUNT_MERGE_OWN,
    ),
    Row("merge_by_wechat", own_by_wechat, EVERYBODY - IN_OFFICE, 403, by=Permission.ACCOUNT_MERGE_OWN),
    Row("merge_accounts", merging, these(STREET, DISTRICT, "security_admin"), 404, {403: these("volunteer")}, by=Permission.ACCOUNT_MERGE),
    Row(
        "merge_accounts",
        merging_a_grid_worker,
        OFFICERS | these("security_admin"),
        404,
        {403: these("volunteer")},
        by=Permission.ACCOUNT_MERGE,
        case="of a grid worker",
    ),
)

OFFICE_LOGINS = (
    Row(
        "open_office_login",
        lambda world: ask(body={"login_name": NAME, "role": "community_officer", "area_id": world.street["和平社区"]}),
        these(STREET, DISTRICT),
        403,
        by=Permission.ACCOUNT_CREATE,
    ),
    Row(
        "open_office_login",
        lambda world: ask(body={"login_name": NAME, "role": "grid_worker", "area_id": world.street["和平第一网格"]}),
        OFFICERS,
        403,
        by=Permission.ACCOUNT_CREATE,
        case="of a grid worker",
    ),
    Row(
        "open_office_login",
        lambda world: ask(body={"login_name": NAME, "role": "security_admin", "area_id": world.street["青山街道"]}),
        these(),
        403,
        case="of an administrator",
    ),
)

ROWS = (*OFFICE_LOGINS, *PROXIES, *RECOVERIES, *MERGES)
