"""Elders without a phone, and who acts for them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from backend.foundation import clock
from backend.people import notices
from backend.people.notices import NoticeName
from tests.support.people import identity_number
from tests.support.phone import Phone


def proxy_form(street: Mapping[str, str], proxy: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """What the community writes down; `proxy` is the card of who acts: name and id_number."""
    form = {
        "elder": {"name": "王桂芳", "id_number": identity_number()},
        "proxy": dict(proxy),
        "community_id": street[community],
        "relation": "neighbour",
        "cause": "不使用手机",
        "ends_on": (clock.shanghai_day(clock.now()) + timedelta(days=300)).isoformat(),
        "notice_version": notices.notice(NoticeName.PROXY).version,
    }
    return form | fields


def recorded_proxy(officer: Phone, street: Mapping[str, str], proxy: Mapping[str, str], **fields: Any) -> dict[str, Any]:
    """That whoever has this card acts for an elder, as the API answers."""
    return officer.made("/proxies", proxy_form(street, proxy, **fields))
