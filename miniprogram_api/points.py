"""积分、时长与星级: what a volunteer has reached, and why."""

from uuid import UUID

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.points import queries as points
from backend.recognition import queries as recognition
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.points import LedgerLineOut, StandingOut
from web.edge import reads
from web.routes import refuses
from web.shapes import ListQuery

bp = Resource("points", tag="积分与星级")


@bp.get("/me/standing")
@reads
@bp.output(StandingOut)
@bp.doc(summary="我的积分、时长与星级")
@refuses(Missing)
def see_my_standing(actor: Actor) -> StandingOut:
    standing = recognition.standing_of(_own_person(actor))
    return StandingOut(
        points=standing.points,
        services=standing.services,
        hours=_hours(standing.tenths_of_hours),
        star_level=standing.star_level,
        hours_to_next_star=None if standing.tenths_to_next_star is None else _hours(standing.tenths_to_next_star),
    )


@bp.get("/me/points")
@reads
@bp.input(ListQuery, "query")
@bp.output(Page[LedgerLineOut])
@bp.doc(summary="我的积分明细", description="由新到旧；更正时先冲正，再按新的事实入账。")
@refuses(Missing)
def list_my_points(actor: Actor, query: ListQuery) -> object:
    found: object = points.ledger_of(_own_person(actor), page=query.page)
    return found


def _own_person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise Missing("请先实名登记")
    policy.require(actor, Permission.POINTS_SEE, Scope(person_id=actor.person_id))
    return actor.person_id


def _hours(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"
