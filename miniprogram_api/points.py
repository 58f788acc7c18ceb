"""积分、时长与星级: what a volunteer has reached, and why."""

from backend import brands
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow
from backend.foundation.paging import Page as Lines
from backend.points import queries as points
from backend.points import rules
from backend.recognition import queries as recognition
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.points import LedgerLineOut, PointsRuleOut, PointsRulesOut, StandingOut
from web.edge import public, reads
from web.inputs.points import PointsQuery

bp = Resource("points", tag="积分与星级")


@bp.get("/points/rules")
@public
@revalidated
@bp.output(PointsRulesOut)
@bp.doc(summary="积分规则", description="做什么得几分，按街道现在的规则；已停用的也列出，附停用的日期。")
def list_points_rules() -> PointsRulesOut:
    named = brands.current()
    return PointsRulesOut(
        items=[
            PointsRuleOut(
                code=rule.code,
                title=rule.rewarded.title,
                formula=rule.formula,
                points=rule.points,
                per=rule.per,
                unit=rule.rewarded.unit,
                brands=None if rule.brands is None else [named[code].name for code in rule.brands],
                starts_on=rule.from_day,
                ends_on=rule.until,
            )
            for rule in rules.current().rules
        ]
    )


@bp.get("/me/standing")
@reads
@bp.output(StandingOut)
@bp.doc(summary="我的积分、时长与星级")
def see_my_standing(actor: Actor) -> StandingOut:
    standing = recognition.own_standing(actor)
    return StandingOut(
        points=standing.points,
        services=standing.services,
        hours=_hours(standing.tenths_of_hours),
        star_of_hours=standing.star_of_hours,
        hours_to_next_star=None if standing.tenths_to_next_star is None else _hours(standing.tenths_to_next_star),
    )


@bp.get("/me/points")
@reads
@bp.input(PointsQuery, "query")
@bp.output(Page[LedgerLineOut])
@bp.doc(summary="我的积分明细", description="默认由新到旧；更正时先冲销，再按新的事实入账。since、until 为计入的日期。")
def list_my_points(actor: Actor, query: PointsQuery) -> Lines[AnyRow]:
    return points.own_ledger(actor, days=query.days, sort=query.sort, page=query.page)


def _hours(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"
