"""Social organisations made through the API: applied for, verified, with staff."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from backend.foundation import clock
from backend.foundation.identifiers import body_check_char, credit_check_char
from tests.support.phone import Phone

_running = count(1)


def credit_code() -> str:
    """A credit code with valid check characters, in an area of nobody; another one at each call."""
    body = f"MJ{next(_running):06d}"
    first_17 = f"52639999{body}{body_check_char(body)}"
    return first_17 + credit_check_char(first_17)


def organisation_plan(**fields: Any) -> dict[str, Any]:
    """What an application says of a registered organisation, with a credit code of its own unless it names a record number."""
    number = {} if "record_number" in fields else {"credit_code": credit_code()}
    filing = "registered" if number else "on_record"
    plan = {
        "name": f"青山{next(_running)}社会工作服务中心",
        "origin": "introduced",
        "filing": filing,
        "purpose": "为老年人提供社会工作服务。",
    }
    return plan | number | fields


def applied_organisation(officer: Phone, street: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """An organisation whose future officer applied for it."""
    return officer.made("/organisations", organisation_plan(community_id=street[community], **fields))


def verification(**fields: Any) -> dict[str, Any]:
    """What the community enters when it verifies: an agreement of today."""
    return {"agreed_on": str(clock.shanghai_day(clock.now())), "proof": "引进社会组织服务协议第3号"} | fields


def verified_organisation(
    officer: Phone, community_officer: Phone, street: Mapping[str, str], *, community: str = "和平社区", **fields: Any
) -> dict[str, Any]:
    """An organisation that the community verified; only its officer is on the staff."""
    organisation = applied_organisation(officer, street, community=community, **fields)
    return community_officer.made(f"/organisations/{organisation['id']}/verification", verification())


def add_staff(officer: Phone, organisation_id: str, volunteer: Phone, name: str) -> dict[str, Any]:
    """The officer adds a registered volunteer to the staff."""
    return officer.made(f"/organisations/{organisation_id}/staff", {"volunteer_number": volunteer.volunteer_number, "name": name})
