"""What the page of a thing has above: how it is called, where it stands in its life, and its sides, each at an address of its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.accounts.commands import AnyCommand, Found
from backend.foundation.actor import Actor
from backend.foundation.clock import day_of
from backend.foundation.paging import AnyRow, Page
from backend.foundation.terms import Word
from backend.volunteers.queries import people_by_name
from console.places import Place

FIRST, HISTORY = "", "history"
"""The ends of the addresses of the sides that most things have."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Who belongs to a body, as the side that lists them says it: the end of its address, what they and their joining are called, what who
    heads it is called and by which field of a line they are known, and whether the list is narrowed down by days."""

    end: str
    who: str
    joining: str
    head: str
    is_head: str
    by_days: bool


def members_of(viewer: Actor, found: Page[AnyRow], belonging: Belonging, *, nameable: Collection[UUID] | None) -> dict[str, Any]:
    """What the side of a body shows that lists who belongs to it. `nameable`: whom of them the viewer may let head it (None: whoever it is,
    the viewer names nobody)."""
    return {
        "found": found,
        "belonging": belonging,
        "nameable": nameable,
        "numbers": _numbers(viewer, [line.person_id for line in found.items]),
    }


def called_in_list(viewer: Actor, line: AnyRow, belonging: Belonging) -> str:
    """One who belongs to a body, by all that the list shows."""
    number = _numbers(viewer, [line.person_id]).get(line.person_id)
    return "，".join([line.name, *([number] if number else []), f"{day_of(line.joined_on)}{belonging.joining}"])


def _numbers(viewer: Actor, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The 志愿者编号 of those whom the viewer may see as volunteers: several are shown by the same masked name."""
    known = people_by_name(viewer, person_ids)
    return {person_id: one.volunteer_number for person_id, one in known.items() if one.volunteer_number}


def address_of(place: Place, thing_id: UUID) -> str:
    """The first side of a thing."""
    return f"{place.address}/{thing_id}"


def head(viewer: Actor, place: Place, thing_id: UUID, *, called: str, status: Word, sides: Mapping[str, str], side: str) -> dict[str, Any]:
    """What each side of a thing shows above. `sides`: of those that the viewer may see, the end of the address and the title; `side`: the
    one in hand."""
    address = address_of(place, thing_id)
    return {
        "viewer": viewer,
        "place": place,
        "called": called,
        "stands": status,
        "address": address,
        "sides": [(title, f"{address}/{end}" if end else address, end == side) for end, title in sides.items()],
    }


def offered(found: Found[AnyCommand]) -> dict[str, Any]:
    """The commands that a page offers, and what stands in the way of the others."""
    return {
        "commands": [command for command, hindrance in found.items() if hindrance is None],
        "in_the_way": [hindrance.detail for hindrance in found.values() if hindrance is not None],
    }
