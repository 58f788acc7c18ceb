"""Past activities that nobody published, as an officer fills them in."""

from datetime import datetime, timedelta
from typing import Any

from backend.foundation import clock


def past_form(community_id: str, volunteer_number: str, name: str, **more: Any) -> dict[str, Any]:
    """Two hours of yesterday's noon, at which one volunteer served for ninety minutes."""
    starts_at = yesterday_at(12)
    return {
        "community_id": community_id,
        "brand": "red_ribbon",
        "title": "雪后清扫主路",
        "place_in_words": "东门至小学",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
        "reason": "夜里突降大雪，来不及发布",
        "proven_by": "现场签到表原件，存档案盒三号",
        "no_file_because": "签到表只有纸质原件",
        "served": [{"volunteer_number": volunteer_number, "name": name, "minutes": 90}],
    } | more


def yesterday_at(hour: int) -> datetime:
    """An hour of the Shanghai day before."""
    return clock.start_of_day(clock.shanghai_day(clock.now()) - timedelta(days=1)) + timedelta(hours=hour)
