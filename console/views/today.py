"""今天: what waits for the viewer, by place, what is past its day first, each with the list that shows it; what they were told since they
read their messages last; and the month."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import PageRequest
from backend.messages import queries as inbox
from backend.messages.queries import MessageSearch
from backend.statistics import queries as figures
from backend.waiting import queries
from backend.waiting.queries import WaitingLine
from console.addresses import ACCOUNT, DEMANDS, HOME, JOIN_REQUESTS
from console.drawing import draw
from console.places import INBOX, TODAY
from console.views import (
    attendances,
    beneficiaries,
    claims,
    corrections,
    deaths,
    deliveries,
    jobs,
    late_entries,
    messages,
    offices,
    organisations,
    proxies,
    recoveries,
    registrations,
    relocations,
    services,
    teams,
)
from web.edge import reads

bp = Blueprint("console_today", __name__)

LISTS: Mapping[str, str] = {
    "demand_to_review": f"{DEMANDS}?{urlencode({'status': 'submitted', 'for_me': 'true'})}",
    "demand_to_close": f"{DEMANDS}?{urlencode({'status': 'published', 'for_me': 'true'})}",
    "beneficiary_without_basis": beneficiaries.WITHOUT_BASIS,
    "claim_to_answer": claims.TO_ANSWER,
    "service_to_confirm": services.TO_CONFIRM,
    "service_to_allow": services.TO_ALLOW,
    "service_to_clear": services.TO_CLEAR,
    "attendance_without_record": attendances.TO_RECORD,
    "late_entry_to_decide": late_entries.TO_DECIDE,
    "team_to_review": teams.TO_REVIEW,
    "join_request_to_answer": JOIN_REQUESTS,
    "team_without_leader": teams.WITHOUT_LEADER,
    "organisation_to_review": organisations.TO_REVIEW,
    "organisation_without_officer": organisations.WITHOUT_OFFICER,
    "registration_to_review": registrations.TO_REVIEW,
    "role_to_approve": offices.TO_APPROVE,
    "holder_to_check": offices.TO_CHECK,
    "role_to_prolong": offices.TO_PROLONG,
    "job_failed": jobs.FAILED,
    "role_to_accept": f"{ACCOUNT}#offers",
    "role_ending": f"{ACCOUNT}#roles",
    "delivery_failed": deliveries.FAILING,
    "relocation_to_answer": relocations.TO_ANSWER,
    "correction_to_confirm": corrections.TO_CONFIRM,
    "death_to_confirm": deaths.TO_CONFIRM,
    "proxy_to_renew": proxies.TO_RENEW,
    "recovery_to_check": recoveries.TO_CHECK,
    "recovery_to_approve": recoveries.TO_APPROVE,
}
"""Kind of what waits → the page that lists it. What has no page yet is done in the mini-program."""

_SOME = PageRequest(5)
"""Of what the viewer was told since they read their messages last."""


@bp.get(HOME)
@reads
def today_page(actor: Actor) -> Response:
    now = clock.now()
    waiting = queries.own_waiting(actor, now=now)
    unread = inbox.own_messages(actor, MessageSearch(unread=True), page=_SOME)
    late, others = [line for line in waiting if line.overdue], [line for line in waiting if not line.overdue]
    return draw(
        "today/today.html",
        viewer=actor,
        place=TODAY,
        today=clock.shanghai_day(now),
        late=late,
        others=others,
        list_of=_list_of,
        unread=unread,
        addresses=messages.addresses_of(actor, unread),
        inbox=INBOX,
        month=figures.month_in_reach(actor, now=now),
    )


def _list_of(line: WaitingLine) -> str | None:
    return LISTS.get(line.kind)
