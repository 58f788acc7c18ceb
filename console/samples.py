"""The page of samples of a trial copy: whatever pages are made of, once, from the macros that they use. Nothing on it is anybody's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.paging import Page, Total
from backend.statistics import indicators
from backend.teams.models import TeamCategory, TeamStatus
from backend.teams.queries import TeamSort
from console.drawing import draw
from console.forms import Form
from console.listing import list_reader
from console.places import LED
from web.edge import public
from web.inputs.demands import PublicationIn
from web.inputs.teams import TeamsQuery

bp = Blueprint("samples", __name__, template_folder="templates")

_ADDRESS = "/console/samples"
_FORM = Form(PublicationIn, "title", "starts_at", "places", "content")
_WRONG = {"starts_at": ["不能早于现在"], "places": ["至少一个"]}
_asked = list_reader(TeamsQuery)


@dataclass(frozen=True, slots=True)
class Line:
    """Of the table."""

    name: str
    category: TeamCategory
    leader: str
    members: int
    status: TeamStatus
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Of the timeline."""

    at: datetime
    to_status: TeamStatus
    reason: str | None = None


@bp.get(_ADDRESS)
@public
def samples_page() -> Response:
    now, asked = clock.now(), _asked()
    days = [now - timedelta(days=number) for number in range(4)]
    shown: dict[str, Any] = asked.shown | {"wrong": None, "errors": {}, "labels": {}, "status": 200}
    return draw(
        "samples.html",
        address=_ADDRESS,
        led=LED,
        statuses=list(TeamStatus),
        categories=list(TeamCategory),
        sorts=list(TeamSort),
        found=Page(_lines(days), "next", Total(1000, or_more=True)),
        steps=Page(_steps(days), None),
        sides=[("概况", _ADDRESS, True), ("队员", f"{_ADDRESS}#members", False)],
        form=_FORM,
        form_errors=_WRONG,
        indicator=next(iter(indicators.current().values())),
        months=[3, 5, 4, 8, 9, 12, 11, 14, 15, None, None, None],
        **shown,
    )


def _lines(days: list[datetime]) -> list[Line]:
    statuses = list(TeamStatus)
    return [
        Line(name, category, leader, members, statuses[number % len(statuses)], days[number])
        for number, (name, category, leader, members) in enumerate(
            [
                ("和美楼道互助队", TeamCategory.PUBLIC_WELFARE, "李**", 12),
                ("周末骑行护河队", TeamCategory.CITY_MANAGEMENT, "王**", 7),
                ("银发合唱队", TeamCategory.CULTURE_SPORTS, "没有", 3),
                ("特别长的名字" * 8, TeamCategory.PUBLIC_WELFARE, "欧阳**", 1_024),
            ]
        )
    ]


def _steps(days: list[datetime]) -> list[Step]:
    return [Step(days[0], TeamStatus.ACTIVE), Step(days[1], TeamStatus.RETURNED, "请写明安全措施"), Step(days[2], TeamStatus.APPLIED)]
