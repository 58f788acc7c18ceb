"""Minors and who agrees for them."""

from collections.abc import Mapping
from datetime import date, timedelta

from backend.foundation import clock
from backend.people import notices
from backend.people.notices import NoticeName
from tests.support.people import identity_number


def born(years: int, days: int = 0) -> date:
    """The birthday of who completed so many years so many days ago."""
    today = clock.shanghai_day(clock.now())
    return today.replace(year=today.year - years, day=min(today.day, 28)) - timedelta(days=days)


def child(age: int, name: str = "张小小") -> dict[str, str]:
    """Name and number of a minor of this age."""
    return {"name": name, "id_number": identity_number(born(age, 40))}


def guardianship_form(street: Mapping[str, str], ward: Mapping[str, str], **fields: object) -> dict[str, object]:
    """What a guardian fills in who agrees for a minor."""
    version = notices.notice(NoticeName.MINOR).version
    return {"ward": ward, "relation": "mother", "community_id": street["和平社区"], "notice_version": version} | fields
