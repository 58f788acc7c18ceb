"""Rows of the walk: one's own inbox, and nobody else's; and what the communities leave undone, for the street and the district."""

from backend.accounts.policy import Permission
from tests.policy.viewers import DISTRICT, EVERYBODY, STREET, these
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import HOME, World
from tests.support.messages import tell_all
from tests.support.overdue import overdue_report


def told(world: World) -> Ask:
    """The resident, and who acts for them, are told that a demand of theirs was returned: who sees the message sees its demand."""
    demand = world.new_demand()
    world.officer.made(f"/demands/{demand['id']}/return", {"reason": "请补充"})
    tell_all()
    return ask(shows=demand["id"])


def waiting(world: World) -> Ask:
    """A demand waits for the community."""
    demand = world.new_demand()
    tell_all()
    return ask(query={"waiting": "true"}, shows=demand["id"])


def a_message(world: World) -> Ask:
    told(world)
    message_id = world["resident"].seen("/me/messages", limit=1)["items"][0]["id"]
    return ask(message_id=message_id, body={"up_to": message_id})


def reading(world: World) -> Ask:
    return ask(message_id=a_message(world).known["message_id"])


def overdue(world: World) -> Ask:
    """A demand of this street waits for longer than it should."""
    world.new_demand()
    report_id = overdue_report("639999001")
    return ask(report_id=report_id, shows=report_id)


CONCERNED = these("resident", "proxy")
ABOVE = these(STREET, DISTRICT)

ROWS = (
    Row("list_own_messages", told, CONCERNED | these("community_officer"), EMPTY, case="of the person"),
    Row("list_own_messages", waiting, these("community_officer"), EMPTY, case="by office"),
    Row("see_message_count", lambda _: ask(), EVERYBODY, by=Permission.MESSAGE_SEE, shows_nothing="numbers; tests/messages says of what"),
    Row("see_waiting", lambda _: ask(), EVERYBODY, by=Permission.WAITING_SEE, shows_nothing="numbers; tests/waiting says of what"),
    Row("see_home", lambda _: ask(), EVERYBODY, shows_nothing="parts of other lists; tests/messages/test_home.py says which"),
    Row("see_preferences", lambda _: ask(), EVERYBODY, by=Permission.PREFERENCES_SET, shows_nothing="how one's own phone shows things"),
    Row(
        "put_preferences",
        lambda world: ask(body={"elder_mode": True, "community_ids": [world.street[HOME]]}),
        EVERYBODY,
        by=Permission.PREFERENCES_SET,
    ),
    Row("list_overdue_reports", overdue, ABOVE, EMPTY, by=Permission.OVERDUE_SEE),
    Row("see_overdue_report", overdue, ABOVE, 404, by=Permission.OVERDUE_SEE),
    Row("mark_message_read", reading, CONCERNED, 404),
    Row("mark_messages_read", a_message, CONCERNED, 404),
)
