"""Rows of the walk: personal data in clear, and what people see of that."""

from datetime import date

from backend.accounts.policy import Permission
from backend.foundation import clock
from backend.people import notices
from backend.people.notices import NoticeName
from tests.policy.viewers import DECIDING, DISTRICT, EVERYBODY, GRID, OFFICERS, PERSONS, STREET, VOLUNTEERS, these
from tests.policy.walking import EMPTY, Ask, Row, ask
from tests.policy.world import HOME, World
from tests.support.demands import GRANDFATHER
from tests.support.operations import Json
from tests.support.people import identity_number
from tests.support.proxies import recorded_proxy

REVEAL = {"field": "name", "purpose": "contact", "note": "通知更改服务时间"}


def of_volunteer(world: World) -> Ask:
    return ask(person_id=world["volunteer"].person_id, body=REVEAL)


def read_before(world: World) -> Ask:
    """Somebody whose telephone an officer read: the reading."""
    about = of_beneficiary(world)
    beneficiary_id = about.known["beneficiary_id"]
    return ask(beneficiary_id=beneficiary_id, shows=world.officer.made(f"/beneficiaries/{beneficiary_id}/reveals", REVEAL)["id"])


def of_beneficiary(world: World) -> Ask:
    """Somebody of the grid: its worker reaches no further."""
    added = world.officer.made("/beneficiaries", GRANDFATHER | {"area_id": world.street["和平第一网格"]})
    return ask(beneficiary_id=added["id"], body=REVEAL)


def a_child(**fields: object) -> Json:
    """Somebody of twelve, with a guardian's word."""
    return {
        "ward": {"name": "张小小", "id_number": identity_number(date(clock.shanghai_day(clock.now()).year - 13, 12, 31))},
        "relation": "mother",
        "notice_version": notices.notice(NoticeName.MINOR).version,
    } | fields


def by_the_guardian(world: World) -> Ask:
    return ask(body=a_child(community_id=world.street[HOME]))


def at_the_desk(world: World) -> Ask:
    guardian = {"name": "李妈妈", "id_number": identity_number()}
    return ask(body=a_child(community_id=world.street[HOME], guardian=guardian))


def agreed_for(world: World) -> Ask:
    """The resident agreed for a child."""
    made = world["resident"].made("/guardianships", a_child(community_id=world.street[HOME]))
    version = notices.notice(NoticeName.MINOR).version
    return ask(guardianship_id=made["id"], notice_version=version)


def withdrawing(world: World) -> Ask:
    made = world["resident"].made("/guardianships", a_child(community_id=world.street[HOME]))
    return ask(guardianship_id=made["id"], body={})


def own_ward(world: World) -> Ask:
    return ask(shows=str(agreed_for(world).known["guardianship_id"]))


def consented(world: World) -> Ask:
    """The resident agreed on paper that somebody acts for them."""
    recorded_proxy(world.officer, world.street, world["proxy"].card, elder=world["resident"].card)
    return ask(shows='"notice":"proxy"')


def of_elder(world: World) -> Ask:
    """Somebody without an account agreed on paper that the proxy acts for them."""
    made = recorded_proxy(world.officer, world.street, world["proxy"].card)
    return ask(person_id=made["elder"]["id"], body={"notice": "proxy"})


def revealed(world: World) -> Ask:
    """The community read the volunteer's name."""
    return ask(shows=world.officer.made(f"/people/{world['volunteer'].person_id}/reveals", REVEAL)["id"])


RESIDENT = these("resident")
AGREEING = {"notice": "volunteer", "version": "2026-12-02"}

ROWS = (
    Row("list_own_consents", consented, RESIDENT, 403, {EMPTY: PERSONS - RESIDENT}),
    Row("agree_to_notice", lambda _: ask(body=AGREEING), PERSONS, 403, by=Permission.CONSENT_CHANGE),
    Row(
        "withdraw_consent",
        lambda _: ask(body={"notice": "volunteer"}),
        VOLUNTEERS - these("team_leader"),  # elsewhere they are alone in their team
        403,
        {409: PERSONS - VOLUNTEERS | these("team_leader")},
        by=Permission.CONSENT_CHANGE,
    ),
    Row(
        "withdraw_consent_at_desk", of_elder, these("community_officer"), 404, {403: these(STREET, DISTRICT)}, by=Permission.CONSENT_CHANGE
    ),
    Row("agree_for_minor", by_the_guardian, PERSONS, 403, by=Permission.GUARDIANSHIP_STATE, case="by the guardian"),
    Row("agree_for_minor", at_the_desk, these("community_officer"), 403, by=Permission.GUARDIANSHIP_STATE, case="at the desk"),
    Row("renew_agreement", agreed_for, these("resident", "community_officer"), 404, by=Permission.GUARDIANSHIP_STATE),
    Row("withdraw_agreement", withdrawing, these("resident", "community_officer"), 404, by=Permission.GUARDIANSHIP_END),
    Row("list_own_wards", own_ward, RESIDENT, 403, {EMPTY: PERSONS - RESIDENT}),
    Row("list_reveal_purposes", lambda _: ask(shows="contact"), EVERYBODY),
    Row("list_own_reveals", revealed, these("volunteer"), 403, {EMPTY: PERSONS - these("volunteer")}),
    Row("disclose_person", of_volunteer, DECIDING, 404, {403: these("volunteer", DISTRICT)}, by=Permission.PERSON_REVEAL),
    Row("list_readings", read_before, OFFICERS, 404, by=Permission.REVEAL_OVERSEE),
    Row("disclose_beneficiary", of_beneficiary, these("community_officer", GRID), 404, by=Permission.BENEFICIARY_REVEAL),
)
