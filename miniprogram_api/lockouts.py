"""锁定的登录名: seen and released by the security administrator."""

from uuid import UUID

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.oversight import LockoutOut
from web.edge import reads, writes
from web.shapes import ListQuery

bp = Resource("lockouts", tag="安全与审计")


@bp.get("/lockouts")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[LockoutOut])
@bp.doc(summary="被锁定的登录名", description="由安全管理员查看：本辖区任职人员中，因连续输错密码而暂时不能登录的。")
def list_lockouts(actor: Actor, query: ListQuery) -> paging.Page[AnyRow]:
    return queries.lockouts(actor, now=clock.now(), page=query.page)


@bp.post("/lockouts/<uuid:login_id>/release")
@writes
@bp.output(None)
@bp.doc(summary="解除锁定", description="由安全管理员核实本人身份后办理。")
def lift_lockout(actor: Actor, login_id: UUID) -> None:
    accounts.lift_lockout(actor, login_id, now=clock.now())
