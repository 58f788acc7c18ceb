"""Rows of the walk: the pages of the console. Each opens to the same people as what it stands for in the API."""

from backend.accounts.policy import Permission
from tests.policy.rows_offices import offered
from tests.policy.viewers import COMMUNITY, EVERYBODY, these
from tests.policy.walking import EMPTY, Row, ask
from tests.policy.world import OFFICER_NAME, PASSWORD

NEW = {"old_password": PASSWORD, "new_password": "another-Horse-8-stands"}
OTHER_LOGIN = "submit_session_end"

ROWS = (
    Row("login_page", lambda _: ask(), EVERYBODY, public=True, shows_nothing="the same to everybody"),
    Row("submit_login", lambda _: ask(body={"name": OFFICER_NAME, "password": PASSWORD}), EVERYBODY, public=True),
    Row("submit_logout", lambda _: ask(), EVERYBODY, by=Permission.SESSION_END),
    Row("home_page", lambda world: ask(shows=world.session_of("volunteer")), these("volunteer"), EMPTY, by=Permission.SESSION_SEE),
    Row(OTHER_LOGIN, lambda world: ask(session_id=world.session_of("volunteer")), these("volunteer"), 404, by=Permission.SESSION_END),
    Row("submit_acceptance", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("submit_refusal", offered, these("volunteer"), 404, by=Permission.ROLE_ACCEPT),
    Row("password_page", lambda _: ask(), EVERYBODY, shows_nothing="the same to everybody who is logged in"),
    Row("submit_password", lambda _: ask(body=NEW), these(COMMUNITY), 409, by=Permission.PASSWORD_CHANGE),
)
