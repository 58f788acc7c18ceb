"""审计: who did what to which row and when, for the audit administrator."""

from backend.accounts import queries
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.oversight import AuditEntryOut
from web.edge import reads
from web.inputs.audit import AuditQuery

bp = Resource("audit_entries", tag="安全与审计")


@bp.get("/audit-entries")
@reads
@bp.input(AuditQuery, location="query")
@bp.output(Page[AuditEntryOut])
@bp.doc(
    summary="审计记录",
    description=(
        "由审计管理员查看，新的在前，只有编号，没有个人信息；查看本身也留有记录。"
        "无权操作的尝试每小时记第一次和总次数；一小时内大量查阅人员名单的，记总行数。"
    ),
)
def list_audit_entries(actor: Actor, query: AuditQuery) -> paging.Page[AnyRow]:
    return queries.audit_entries(actor, query.search, now=clock.now(), page=query.page)
