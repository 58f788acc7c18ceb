"""Rows of the walk: the pages of the console. Each opens to the same people as what it stands for in the API."""

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.foundation import clock
from backend.foundation.database import transaction
from tests.policy.rows_offices import offered
from tests.policy.rows_people import before_second_step, begun_second_factor
from tests.policy.viewers import COMMUNITY, EVERYBODY, these
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import OFFICER_NAME, PASSWORD, World
from tests.support.second_factors import Authenticator

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


ROWS = (
    Row("login_page", lambda _: ask(), EVERYBODY, public=True, shows_nothing="the same to everybody"),
    Row("submit_login", lambda _: ask(body={"name": OFFICER_NAME, "password": PASSWORD}), EVERYBODY, public=True),
    Row("submit_second_step", before_second_step, EVERYBODY, public=True),
    Row("second_factor_page", lambda _: ask(), EVERYBODY, shows_nothing="what one's own log-in asks for, in words"),
    Row("submit_second_factor", lambda _: ask(), these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("submit_first_code", begun_second_factor, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_SET),
    Row("submit_second_factor_removal", set_in_browser, these(COMMUNITY), 409, by=Permission.SECOND_FACTOR_REMOVE),
    Row("submit_logout", lambda _: ask(), EVERYBODY, by=Permission.SESSION_END),
    Row("home_page", lambda world: ask(shows=world.session_of("volunteer")), these("volunteer"), EMPTY, by=Permission.SESSION_SEE),
    Row(OTHER_LOGIN, lambda world: ask(session_id=world.session_of("volunteer")), these("volunteer"), 404, by=Permission.SESSION_END),
    Row("submit_acceptance", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("submit_refusal", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("password_page", lambda _: ask(), EVERYBODY, shows_nothing="the same to everybody who is logged in"),
    Row("submit_password", lambda _: ask(body=NEW), these(COMMUNITY), 409, by=Permission.PASSWORD_CHANGE),
)
