"""Synthetic persons: identity numbers that belong to nobody (address code 639999), registered volunteers, accepted Party members."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

from backend.foundation.actor import Role
from backend.foundation.identifiers import identity_check_digit
from backend.people import notices
from backend.people.notices import NoticeName
from tests.support.phone import Phone

_running = count()

A_VOLUNTEER = "王志愿"
"""The name of somebody of whom no more is to be told."""


def identity_number(born_on: date | None = None, sequence: int | None = None) -> str:
    """An identity number with a valid check digit; another one at each call unless birth date and sequence are given."""
    number = next(_running)
    born_on = born_on or date(1980, 1, 1) + timedelta(days=number // 900)
    first_17 = f"639999{born_on:%Y%m%d}{100 + number % 900 if sequence is None else sequence:03d}"
    return first_17 + identity_check_digit(first_17)


def person_form(
    street: Mapping[str, str], *, community: str = "和平社区", notice: NoticeName = NoticeName.IDENTITY, **fields: Any
) -> dict[str, Any]:
    """What somebody fills in who registers as a person."""
    form = {
        "name": A_VOLUNTEER,
        "id_number": identity_number(),
        "community_id": street[community],
        "notice_version": notices.notice(notice).version,
    }
    return form | fields


def volunteer_form(street: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """What somebody fills in who registers as volunteer."""
    return person_form(street, community=community, notice=NoticeName.VOLUNTEER, **fields)


def registered_person(phone_of: Callable[..., Phone], street: Mapping[str, str], user: str | None = None, **fields: Any) -> Phone:
    """The phone of somebody who said who they are, and is no volunteer. `phone.person_id` is set."""
    phone, form = phone_of(user), person_form(street, **fields)
    phone.person_id = phone.made("/people", form)["id"]
    phone.card = {"name": form["name"], "id_number": form["id_number"]}
    return phone


def registered_volunteer(phone_of: Callable[..., Phone], street: Mapping[str, str], user: str | None = None, **fields: Any) -> Phone:
    """The phone of a registered volunteer, with `person_id` and `volunteer_number`; `community=`, `name=`, `id_number=` as wished."""
    phone, form = phone_of(user), volunteer_form(street, **fields)
    made = phone.made("/volunteers", form)
    phone.person_id, phone.volunteer_number = made["person"]["id"], made["number"]
    phone.card = {"name": form["name"], "id_number": form["id_number"]}
    return phone


def work_unit(officer: Phone, name: str = "测试区住房保障中心") -> str:
    """A work unit that an officer adds, or the one of this name that stands already: its id."""
    answer = officer.post("/work-units", {"name": name, "nature": "public_institution"}).get_json()
    unit_id: str = answer.get("id") or answer["similar"][0]
    return unit_id


def registration_form(street: Mapping[str, str], unit_id: str, *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """What a serving Party member fills in who registers with the community of residence."""
    form = {"community_id": street[community], "work_unit_id": unit_id, "party_organisation_name": "测试区住房保障中心党支部"}
    return form | {"notice_version": notices.notice(NoticeName.PARTY_MEMBER).version} | fields


def accepted_member(
    phone_of: Callable[..., Phone],
    street: Mapping[str, str],
    administrator: Callable[..., Phone],
    user: str | None = None,
    *,
    community: str = "和平社区",
    name: str = "李党员",
) -> Phone:
    """The phone of a serving Party member whose registration the community accepted, with `person_id` and `registration_id`."""
    phone = registered_person(phone_of, street, user, community=community, name=name)
    officer = administrator(Role.STREET_OFFICER, "639999")
    form = registration_form(street, work_unit(officer), community=community)
    phone.registration_id = phone.made("/registrations", form)["id"]
    officer.made(f"/registrations/{phone.registration_id}/acceptance")
    return phone
