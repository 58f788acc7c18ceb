"""What the box above every page looks through: of each kind the reading that its list is made of, and how one that is found is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.accounts.queries import GrantSearch, role_grants
from backend.demands.queries import BeneficiarySearch, DemandSearch, beneficiaries, demands_in_care
from backend.dossiers.queries import records_opened
from backend.foundation.actor import Actor
from backend.foundation.paging import Page, PageRequest
from backend.foundation.search import has_digit
from backend.foundation.terms import Word
from backend.organisations.queries import OrganisationSearch, OrganisationSort, organisations_of_status
from backend.registration.queries import RegistrationSearch, RegistrationSort, registrations
from backend.teams.queries import teams_of_status
from backend.volunteers.queries import PeopleSearch, registered_volunteers
from console.addresses import PEOPLE
from console.places import APPOINTED, LED, REGISTERED, SERVICES, VERIFIED, VISITED, VOLUNTEERING, Place
from console.things import address_of

_SOME = PageRequest(10)
"""Of each kind: who finds more writes more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: how it is called, what else tells it from others, its status where it has one, and where it opens (None:
    not to this viewer)."""

    called: str
    beside: Sequence[str]
    status: Word | None
    address: str | None


def _demands(viewer: Actor, q: str, now: datetime) -> Page[Hit]:
    found = demands_in_care(viewer, DemandSearch(q), status=None, now=now, page=_SOME)
    return found.map(lambda line: Hit(line.title, (line.number, line.community), line.status, address_of(SERVICES, line.id)))


def _beneficiaries(viewer: Actor, q: str, now: datetime) -> Page[Hit]:
    found = beneficiaries(viewer, BeneficiarySearch(q), now=now, page=_SOME)
    return found.map(lambda line: Hit(line.called, (line.area,), line.status, address_of(VISITED, line.id)))


def _teams(viewer: Actor, q: str, now: datetime) -> Page[Hit]:  # noqa: ARG001 - as all are found
    found = teams_of_status(viewer, None, search=q, in_care=True, page=_SOME)
    return found.map(lambda line: Hit(line.name, (line.category.chinese, line.community_name), line.status, address_of(LED, line.id)))


def _volunteers(viewer: Actor, q: str, now: datetime) -> Page[Hit]:
    found = registered_volunteers(viewer, PeopleSearch(q), now=now, page=_SOME)
    opened = records_opened(viewer, [line.person_id for line in found.items], now=now)

    def address(person_id: object) -> str | None:
        return f"{PEOPLE}/{person_id}" if person_id in opened else None

    return found.map(lambda line: Hit(line.name, (line.number, line.community.name), None, address(line.person_id)))


def _organisations(viewer: Actor, q: str, now: datetime) -> Page[Hit]:  # noqa: ARG001 - as all are found
    search = OrganisationSearch(q)
    found = organisations_of_status(viewer, None, search, sort=OrganisationSort.LATEST, in_care=True, page=_SOME)
    return found.map(
        lambda line: Hit(
            line.name, (line.record_number or line.credit_code or "", line.community_name), line.status, address_of(VERIFIED, line.id)
        )
    )


def _registrations(viewer: Actor, q: str, now: datetime) -> Page[Hit]:
    search = RegistrationSearch(q=q) if has_digit(q) else RegistrationSearch(person=q)
    found = registrations(viewer, search, sort=RegistrationSort.LATEST, now=now, page=_SOME)
    return found.map(
        lambda line: Hit(
            line.name, (line.receipt_number or "", line.work_unit.name, line.community.name), line.status, address_of(REGISTERED, line.id)
        )
    )


def _offices(viewer: Actor, q: str, now: datetime) -> Page[Hit]:
    found = role_grants(viewer, GrantSearch(login_name=q), now=now, page=_SOME)
    return found.map(
        lambda line: Hit(line.login_name or "", (line.role.chinese, line.area_name or ""), line.status, address_of(APPOINTED, line.id))
    )


KINDS: Mapping[Place, Callable[[Actor, str, datetime], Page[Hit]]] = {
    SERVICES: _demands,
    VISITED: _beneficiaries,
    LED: _teams,
    VOLUNTEERING: _volunteers,
    VERIFIED: _organisations,
    REGISTERED: _registrations,
    APPOINTED: _offices,
}
"""Place → what finds what its list holds."""
