"""Personal data in clear: read for a purpose, written down, and shown to whom it is about."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from backend.demands import queries as demand_queries
from backend.demands import service as demands
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.openings.queries import claimant_names
from backend.reveals import purposes, queries
from backend.reveals import service as reveals
from backend.reveals.service import Revealed
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.reveals import PurposesOut, ReadingOut, RevealLineOut, RevealOut
from web.edge import creates, reads
from web.inputs.reveals import RevealIn
from web.routes import told_once
from web.shapes import TimedQuery

bp = Resource("reveals", tag="查看个人信息")


@bp.get("/reveal-purposes")
@reads
@revalidated
@bp.output(PurposesOut)
@bp.doc(summary="查看个人信息的用途", description="每种用途只能查看列出的项目。")
def list_reveal_purposes(actor: Actor) -> dict[str, Any]:  # noqa: ARG001 - every account may see the catalogue
    return {"items": list(purposes.current().purposes.values())}


@bp.post("/people/<uuid:person_id>/reveals")
@creates
@told_once
@bp.input(RevealIn)
@bp.output(RevealOut, status_code=201)
@bp.doc(
    summary="查看居民的一项个人信息",
    description="须说明用途；查看有记录，本人可以看到。未满十八周岁的，由街道工作人员查看。一小时内的次数有限。",
)
def disclose_person(actor: Actor, person_id: UUID, body: RevealIn) -> Revealed:
    return reveals.reveal_person(actor, person_id, body.purposeful(), now=clock.now())


@bp.post("/beneficiaries/<uuid:beneficiary_id>/reveals")
@creates
@told_once
@bp.input(RevealIn)
@bp.output(RevealOut, status_code=201)
@bp.doc(summary="查看服务对象的一项个人信息", description="由本社区工作人员或本网格的网格员查看；须说明用途，查看有记录。")
def disclose_beneficiary(actor: Actor, beneficiary_id: UUID, body: RevealIn) -> Revealed:
    return demands.reveal_field_of_beneficiary(actor, beneficiary_id, body.purposeful(), now=clock.now())


@bp.get("/me/reveals")
@reads
@bp.input(TimedQuery, location="query")
@bp.output(Page[RevealLineOut])
@bp.doc(summary="谁查看过我的个人信息", description="默认最近的在前；包括本人为其申请服务的服务对象、监护的未成年人和代办的老人。")
def list_own_reveals(actor: Actor, query: TimedQuery) -> Lines[dict[str, Any]]:
    return _with_claimants(queries.own_reveals(actor, now=clock.now(), sort=query.sort, page=query.page))


@bp.get("/beneficiaries/<uuid:beneficiary_id>/reveals")
@reads
@bp.input(TimedQuery, location="query")
@bp.output(Page[ReadingOut])
@bp.doc(summary="谁查看过服务对象的信息", description="由本社区和上级的工作人员查看，默认最近的在前；认领方写明名称。")
def list_readings(actor: Actor, beneficiary_id: UUID, query: TimedQuery) -> Lines[dict[str, Any]]:
    return _with_claimants(demand_queries.readings(actor, beneficiary_id, sort=query.sort, page=query.page))


def _with_claimants(readings: Lines[Any]) -> Lines[dict[str, Any]]:
    """Each reading with the name of who had claimed the visit."""
    names = claimant_names({reading.claim_id for reading in readings.items if reading.claim_id is not None})
    return readings.map(lambda reading: asdict(reading) | {"claimant": names.get(reading.claim_id)})
