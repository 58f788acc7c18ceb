"""Rows of the walk: personal data in clear, and what people see of that."""

from backend.accounts.policy import Permission
from tests.policy.viewers import DECIDING, DISTRICT, EVERYBODY, GRID, PERSONS, these
from tests.policy.walking import Ask, Row, ask
from tests.policy.world import World
from tests.support.demands import GRANDMOTHER

REVEAL = {"field": "name", "purpose": "contact", "note": "通知更改服务时间"}


def of_volunteer(world: World) -> Ask:
    return ask(person_id=world["volunteer"].person_id, body=REVEAL)


def of_beneficiary(world: World) -> Ask:
    """Somebody of the grid: its worker reaches no further."""
    added = world.officer.made("/beneficiaries", GRANDMOTHER | {"area_id": world.street["和平第一网格"]})
    return ask(beneficiary_id=added["id"], body=REVEAL)


ROWS = (
    Row("list_reveal_purposes", lambda _: ask(shows="contact"), EVERYBODY),
    Row("list_own_reveals", lambda _: ask(), PERSONS, 403),
    Row("disclose_person", of_volunteer, DECIDING, 404, {403: these("volunteer", DISTRICT)}, by=Permission.PERSON_REVEAL),
    Row("disclose_beneficiary", of_beneficiary, these("community_officer", GRID), 404, by=Permission.BENEFICIARY_REVEAL),
)
