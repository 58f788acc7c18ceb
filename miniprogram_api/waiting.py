"""What waits for who asks, by kind, each with the list that shows it; and for the street, what waits past its day in the communities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.waiting import queries
from backend.waiting.queries import OverdueSheet, WaitingLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.waiting import OverdueReportOut, OverdueSheetOut, WaitingKindOut, WaitingKindsOut
from web.edge import reads
from web.inputs.waiting import OverdueQuery

bp = Resource("waiting", tag="消息")

LISTS: Mapping[str, str] = {
    "demand_to_review": "/demands/in-care?status=submitted&for_me=true",
    "demand_to_close": "/demands/in-care?status=published&for_me=true",
    "claim_to_answer": "/claims/waiting?for_me=true",
    "demand_to_amend": "/me/demands?status=returned&for_me=true",
    "invitation_to_take_up": "/arrangements?for_me=true",
    "join_request_to_answer": "/join-requests/waiting",
    "service_to_confirm": "/services?status=awaiting_confirmation&for_me=true",
    "service_to_allow": "/services?status=partly_confirmed&for_me=true",
    "service_to_clear": "/services?status=flagged&for_me=true",
    "attendance_without_record": "/attendances/without-record?for_me=true",
    "late_entry_to_decide": "/late-entries?status=submitted&for_me=true",
    "team_to_review": "/teams?status=applied&for_me=true",
    "team_to_amend": "/teams?status=returned&for_me=true",
    "organisation_to_amend": "/organisations?status=returned&for_me=true",
    "registration_to_amend": "/registrations?status=returned&for_me=true",
    "role_to_accept": "/me/role-grants?status=to_accept&for_me=true",
    "role_ending": "/me/role-grants?status=held&for_me=true",
    "team_without_leader": "/teams?status=active&for_me=true",
    "organisation_to_review": "/organisations?status=applied&for_me=true",
    "organisation_without_officer": "/organisations?status=verified&for_me=true",
    "registration_to_review": "/registrations?status=applied&for_me=true",
    "relocation_to_answer": "/relocations?status=asked&for_me=true",
    "correction_to_confirm": "/identity-corrections?status=proposed&for_me=true",
    "death_to_confirm": "/deaths?status=reported&for_me=true",
    "recovery_to_check": "/account-recoveries?status=submitted&for_me=true",
    "recovery_to_approve": "/account-recoveries?status=seen&for_me=true",
    "proxy_to_renew": "/proxies?status=run_out&for_me=true",
    "beneficiary_without_basis": "/beneficiaries?for_me=true",
    "role_to_approve": "/role-grants?status=to_approve&for_me=true",
    "holder_to_check": "/role-grants?unchecked=true&for_me=true",
    "role_to_prolong": "/role-grants?status=held&for_me=true",
    "notice_to_agree_to": "/me/consents?for_me=true",
    "word_for_minor_to_renew": "/me/wards?for_me=true",
    "job_failed": "/jobs?state=failed&for_me=true",
    "delivery_failed": "/failed-deliveries?for_me=true",
}
"""Kind → the list that shows what is counted of it."""


@bp.get("/me/waiting")
@reads
@bp.output(WaitingKindsOut)
@bp.doc(
    summary="等我办理的事",
    description="按种类计数，最急的在前；没有的种类不列出。每一种附有列出这些事的地址，列表的总数和这里的数目相同。",
)
def see_waiting(actor: Actor) -> WaitingKindsOut:
    return WaitingKindsOut(items=with_lists(queries.own_waiting(actor, now=clock.now())))


def with_lists(lines: Sequence[WaitingLine]) -> list[WaitingKindOut]:
    """What waits, each kind with the list that shows it."""
    return [WaitingKindOut(**asdict(line), list=f"{bp.url_prefix}{LISTS[line.kind]}") for line in lines]


@bp.get("/overdue-reports")
@reads
@bp.input(OverdueQuery, location="query")
@bp.output(Page[OverdueReportOut])
@bp.doc(summary="各周的超期情况", description="街道看到本街道的，区看到各街道的；每周一次，最近的在前。没有超期的一周件数为 0，不发消息。")
def list_overdue_reports(actor: Actor, query: OverdueQuery) -> Lines[OverdueSheet]:
    return queries.overdue_reports(actor, street_id=query.area_id, days=query.days, page=query.page)


@bp.get("/overdue-reports/<uuid:report_id>")
@reads
@bp.output(OverdueSheetOut)
@bp.doc(summary="一周的超期情况", description="按社区和种类列出超过期限还没有办理的件数，是那一周统计时的情况。")
def see_overdue_report(actor: Actor, report_id: UUID) -> OverdueSheet:
    return queries.overdue_report(actor, report_id)
