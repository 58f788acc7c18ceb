"""The lists that can be taken along as tables: by which address each is asked for, how it is read, and what stands in its columns.

The pages of the lists and the API read by the same functions, so that a table holds exactly the rows of its page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from pydantic import ValidationError

from backend import brands
from backend.accounts import queries as accounts
from backend.accounts.queries import GrantLine
from backend.attendance import queries as attendance
from backend.attendance.models import ShiftStatus
from backend.attendance.queries import AttendanceLine, ServiceLine, ShiftLine, ShiftSort
from backend.corrections.queries import CorrectionLine, corrections
from backend.deaths.queries import DeathLine, deaths
from backend.demands import queries as demands
from backend.demands.queries import BeneficiaryLine, DemandLine, openings_numbered
from backend.foundation.actor import Actor
from backend.foundation.errors import Unprocessable
from backend.foundation.paging import AnyRow, Page, PageRequest
from backend.foundation.terms import Word
from backend.jobs.sheets import ListName, Sheet
from backend.late_entries.queries import late_entries
from backend.openings.queries import ClaimLine, claims_waiting
from backend.organisations.queries import organisations_of_status
from backend.proxies.queries import ProxyLine, proxies
from backend.recoveries.queries import RecoveryLine, recoveries
from backend.registration.queries import RegistrationLine, registrations
from backend.relocations.queries import RelocationLine, relocations
from backend.teams.queries import teams_of_status
from backend.volunteers.queries import VolunteerLine, people_sought, registered_volunteers
from web.fields import SENT
from web.inputs.accounts import RoleGrantsQuery
from web.inputs.attendance import ServicesQuery, ShiftsInCareQuery, UnrecordedQuery
from web.inputs.audit import AuditDaysQuery
from web.inputs.corrections import IdentityCorrectionQuery
from web.inputs.deaths import DeathQuery
from web.inputs.demands import BeneficiariesQuery, DemandsInCareQuery
from web.inputs.late_entries import LateEntriesQuery
from web.inputs.openings import WaitingClaimsQuery
from web.inputs.organisations import OrganisationsQuery
from web.inputs.proxies import ProxyQuery
from web.inputs.recoveries import RecoveryQuery
from web.inputs.registration import RegistrationQuery
from web.inputs.relocations import RelocationsQuery
from web.inputs.teams import TeamsQuery
from web.inputs.volunteers import VolunteerQuery
from web.labels import label_of
from web.refusals import InvalidInput
from web.shapes import ListQuery

AnyListQuery = TypeVar("AnyListQuery", bound=ListQuery)
_OF_THE_PAGE = {"limit", "cursor", "count"}
"""What says which part of a list a page shows: a table holds all of it."""


def demands_listed(actor: Actor, query: DemandsInCareQuery, now: datetime) -> Page[DemandLine]:
    """服务需求."""
    return demands.demands_in_care(
        actor, query.search, status=query.status, beneficiary_id=query.beneficiary_id, for_me=query.for_me, now=now, page=query.page
    )


def beneficiaries_listed(actor: Actor, query: BeneficiariesQuery, now: datetime) -> Page[BeneficiaryLine]:
    """服务对象."""
    return demands.beneficiaries(actor, query.search, for_me=query.for_me, now=now, page=query.page)


def shifts_listed(actor: Actor, query: ShiftsInCareQuery, now: datetime) -> Page[ShiftLine]:  # noqa: ARG001 - as all are read
    """场次, in their order."""
    search = query.search(openings_numbered(query.demand_number, query.demand_id))
    return attendance.shifts(actor, search, sort=order_of_shifts(query), page=query.page)


def order_of_shifts(query: ShiftsInCareQuery) -> ShiftSort:
    """Those to come as they begin, the others with the latest first."""
    return ShiftSort.START if query.status is ShiftStatus.PLANNED else ShiftSort.LATEST


def services_listed(actor: Actor, query: ServicesQuery, now: datetime) -> Page[ServiceLine]:
    """服务记录."""
    search = query.search(openings_numbered(query.demand_number))
    return attendance.services(actor, search, sort=query.sort, for_me=query.for_me, now=now, page=query.page)


def unrecorded_listed(actor: Actor, query: UnrecordedQuery, now: datetime) -> Page[AttendanceLine]:
    """没有记录的签到."""
    search = query.search(openings_numbered(query.demand_number))
    return attendance.attendances_without_record(actor, search, for_me=query.for_me, page=query.page, now=now)


def claims_listed(actor: Actor, query: WaitingClaimsQuery, now: datetime) -> Page[ClaimLine]:
    """待答复的认领."""
    return claims_waiting(actor, query.search(openings_numbered(query.demand_number)), for_me=query.for_me, page=query.page, now=now)


def late_entries_listed(actor: Actor, query: LateEntriesQuery, now: datetime) -> Page[AnyRow]:
    """补录活动."""
    return late_entries(actor, query.search, for_me=query.for_me, now=now, page=query.page)


def teams_listed(actor: Actor, query: TeamsQuery, now: datetime) -> Page[AnyRow]:  # noqa: ARG001 - as all are read
    """志愿服务队: those that the viewer looks after."""
    return teams_of_status(
        actor,
        query.status,
        search=query.q,
        community_id=query.community_id,
        category=query.category,
        days=query.days,
        sort=query.sort,
        for_me=query.for_me,
        in_care=True,
        page=query.page,
    )


def volunteers_listed(actor: Actor, query: VolunteerQuery, now: datetime) -> Page[VolunteerLine]:
    """志愿者."""
    return registered_volunteers(actor, query.search, now=now, page=query.page)


def organisations_listed(actor: Actor, query: OrganisationsQuery, now: datetime) -> Page[AnyRow]:  # noqa: ARG001 - as all are read
    """社会组织: those that the viewer looks after."""
    return organisations_of_status(actor, query.status, query.search, sort=query.sort, for_me=query.for_me, in_care=True, page=query.page)


def recoveries_listed(actor: Actor, query: RecoveryQuery, now: datetime) -> Page[RecoveryLine]:
    """找回账号."""
    return recoveries(actor, query.search, status=query.status, for_me=query.for_me, now=now, page=query.page)


def proxies_listed(actor: Actor, query: ProxyQuery, now: datetime) -> Page[ProxyLine]:
    """代办."""
    return proxies(actor, query.among(people_sought(actor, query.q, now=now)), for_me=query.for_me, now=now, page=query.page)


def relocations_listed(actor: Actor, query: RelocationsQuery, now: datetime) -> Page[RelocationLine]:
    """迁居."""
    return relocations(actor, query.search, status=query.status, for_me=query.for_me, now=now, page=query.page)


def corrections_listed(actor: Actor, query: IdentityCorrectionQuery, now: datetime) -> Page[CorrectionLine]:
    """身份更正."""
    return corrections(actor, query.search, status=query.status, for_me=query.for_me, now=now, page=query.page)


def deaths_listed(actor: Actor, query: DeathQuery, now: datetime) -> Page[DeathLine]:
    """去世登记."""
    return deaths(actor, query.search, status=query.status, for_me=query.for_me, now=now, page=query.page)


def registrations_listed(actor: Actor, query: RegistrationQuery, now: datetime) -> Page[RegistrationLine]:
    """党员报到."""
    return registrations(actor, query.search, sort=query.sort, for_me=query.for_me, now=now, page=query.page)


def role_grants_listed(actor: Actor, query: RoleGrantsQuery, now: datetime) -> Page[GrantLine]:
    """账号与角色."""
    sought = query.held_by(people_sought(actor, query.q, now=now))
    return accounts.role_grants(actor, sought, for_me=query.for_me, now=now, page=query.page)


def audit_entries_listed(actor: Actor, query: AuditDaysQuery, now: datetime) -> Page[AnyRow]:
    """审计."""
    return accounts.audit_entries(actor, query.search, now=now, page=query.page)


@dataclass(frozen=True, slots=True)
class Listed(Generic[AnyListQuery]):
    """A list: the shape of its address, how it is read, and the columns of its table: heading → what stands there of a line."""

    shape: type[AnyListQuery]
    read: Callable[[Actor, AnyListQuery, datetime], Page[Any]]
    columns: Mapping[str, Callable[[Any], object]]

    def asked_for(self, query: ListQuery) -> str:
        """What an address asks for, as a job keeps it."""
        return query.model_dump_json(exclude_defaults=True, exclude=_OF_THE_PAGE)

    @property
    def sheet(self) -> Sheet:
        """The same for the domain, which knows no addresses."""

        def read(viewer: Actor, asked_for: str, page: PageRequest, now: datetime) -> Page[Any]:
            query = self.shape.model_validate_json(asked_for)
            return self.read(viewer, query.model_copy(update={"limit": page.limit, "cursor": page.cursor}), now)

        def told(asked_for: str) -> list[str]:
            return [value.chinese for _, value in self.shape.model_validate_json(asked_for) if isinstance(value, Word)]

        return Sheet(read, told, self.columns)


def asked_by_filters(name: ListName, filters: str | None) -> ListQuery:
    """What the address of a list asks for behind its question mark. Raises Unprocessable."""
    try:
        query: ListQuery = LISTED[name].shape.model_validate(dict(parse_qsl(filters or "")), context=SENT)
    except ValidationError as error:
        wrong = InvalidInput(error).errors.items()
        raise Unprocessable(errors={"filters": [f"{label_of(field)}：{'；'.join(said)}" for field, said in wrong]}) from None
    return query


def _brand(line: Any) -> str:
    known = brands.current().get(line.brand)
    return line.brand if known is None else known.name


_of = attrgetter
_FIELDS_OF_SERVICE: Mapping[str, Callable[[Any], object]] = {"服务": _of("title"), "品牌": _brand, "社区": _of("community")}

LISTED: Mapping[ListName, Listed[Any]] = {
    ListName.DEMANDS: Listed(
        DemandsInCareQuery,
        demands_listed,
        {
            "编号": _of("number"),
            "需求": _of("title"),
            "服务对象": lambda line: line.called or "不限",
            "年龄": _of("age_band"),
            "品牌": _brand,
            "社区": _of("community"),
            "状态": _of("status"),
            "名额": _of("places"),
            "已认领": _of("taken"),
            "提交时间": _of("submitted_at"),
            "发布时间": _of("published_at"),
            "服务开始": _of("starts_at"),
            "服务结束": _of("ends_at"),
        },
    ),
    ListName.BENEFICIARIES: Listed(
        BeneficiariesQuery,
        beneficiaries_listed,
        {
            "称呼": _of("called"),
            "姓名": _of("name"),
            "年龄": _of("age_band"),
            "社区或网格": _of("area"),
            "处理依据": _of("basis"),
            "状态": _of("status"),
            "结束时间": _of("ended_at"),
            "结束原因": _of("end_cause"),
        },
    ),
    ListName.SHIFTS: Listed(
        ShiftsInCareQuery,
        shifts_listed,
        {
            "场次": _of("title"),
            "品牌": _brand,
            "社区": _of("area_name"),
            "开始": _of("starts_at"),
            "结束": _of("ends_at"),
            "状态": _of("status"),
        },
    ),
    ListName.SERVICES: Listed(
        ServicesQuery,
        services_listed,
        {
            **_FIELDS_OF_SERVICE,
            "服务者": _of("name"),
            "以谁的名义": lambda line: line.served_for or "个人",
            "日期": _of("served_on"),
            "开始": _of("started_at"),
            "结束": _of("ended_at"),
            "分钟": _of("minutes"),
            "计入分钟": _of("counted_minutes"),
            "依据": _of("evidence"),
            "补录": _of("late_entry"),
            "状态": _of("status"),
            "确认时间": _of("confirmed_at"),
            "记录编号": _of("fact_id"),
        },
    ),
    ListName.UNRECORDED: Listed(
        UnrecordedQuery,
        unrecorded_listed,
        {
            **_FIELDS_OF_SERVICE,
            "服务者": _of("name"),
            "以谁的名义": lambda line: line.served_for or "个人",
            "场次开始": _of("starts_at"),
            "场次结束": _of("ends_at"),
            "签到": _of("signed_in_at"),
        },
    ),
    ListName.CLAIMS: Listed(
        WaitingClaimsQuery,
        claims_listed,
        {
            **_FIELDS_OF_SERVICE,
            "认领方": _of("claimant_name"),
            "认领方种类": _of("claimant_kind"),
            "岗位": _of("role_name"),
            "服务开始": _of("starts_at"),
            "服务结束": _of("ends_at"),
            "提出时间": _of("claimed_at"),
        },
    ),
    ListName.LATE_ENTRIES: Listed(
        LateEntriesQuery,
        late_entries_listed,
        {
            "活动": _of("title"),
            "品牌": _brand,
            "社区": _of("area"),
            "地点": _of("place_in_words"),
            "开始": _of("starts_at"),
            "结束": _of("ends_at"),
            "参加人数": _of("people_served"),
            "为什么没有事先发布": _of("reason"),
            "证明": _of("proven_by"),
            "状态": _of("status"),
            "填写时间": _of("entered_at"),
        },
    ),
    ListName.TEAMS: Listed(
        TeamsQuery,
        teams_listed,
        {
            "队名": _of("name"),
            "类别": _of("category"),
            "社区": _of("community_name"),
            "队长": _of("leader_name"),
            "队员": _of("member_count"),
            "状态": _of("status"),
            "申请时间": _of("applied_at"),
            "成立日期": _of("founded_on"),
        },
    ),
    ListName.VOLUNTEERS: Listed(
        VolunteerQuery,
        volunteers_listed,
        {"姓名": _of("name"), "志愿者编号": _of("number"), "社区": _of("community.name"), "注册日期": _of("registered_on")},
    ),
    ListName.ORGANISATIONS: Listed(
        OrganisationsQuery,
        organisations_listed,
        {
            "名称": _of("name"),
            "引进或培育": _of("origin"),
            "登记或备案": _of("filing"),
            "统一社会信用代码": _of("credit_code"),
            "备案编号": _of("record_number"),
            "社区": _of("community_name"),
            "负责人": _of("officer_name"),
            "状态": _of("status"),
            "申请时间": _of("applied_at"),
            "计入日期": _of("counted_on"),
        },
    ),
    ListName.RECOVERIES: Listed(
        RecoveryQuery,
        recoveries_listed,
        {
            "谁": lambda line: line.person.name if line.person else None,
            "社区": lambda line: line.person.community.name if line.person else None,
            "办什么": _of("kind"),
            "状态": _of("status"),
            "申请时间": _of("applied_at"),
            "决定时间": _of("decided_at"),
        },
    ),
    ListName.PROXIES: Listed(
        ProxyQuery,
        proxies_listed,
        {
            "被代办人": _of("elder.name"),
            "代办人": _of("proxy.name"),
            "关系": _of("relation_name"),
            "社区": _of("community.name"),
            "状态": _of("status"),
            "开始日期": _of("began_on"),
            "最后一天": _of("ends_on"),
        },
    ),
    ListName.RELOCATIONS: Listed(
        RelocationsQuery,
        relocations_listed,
        {
            "谁": _of("person_name"),
            "志愿者编号": _of("volunteer_number"),
            "由": _of("former_community.name"),
            "迁往": _of("community.name"),
            "状态": _of("status"),
            "申请时间": _of("asked_at"),
            "决定时间": _of("decided_at"),
        },
    ),
    ListName.CORRECTIONS: Listed(
        IdentityCorrectionQuery,
        corrections_listed,
        {
            "谁": _of("person_name"),
            "更正姓名": _of("of_name"),
            "更正身份证号": _of("of_id_number"),
            "证件": _of("proof"),
            "状态": _of("status"),
            "提出时间": _of("proposed_at"),
        },
    ),
    ListName.DEATHS: Listed(
        DeathQuery,
        deaths_listed,
        {
            "谁": _of("person_name"),
            "去世日期": _of("died_on"),
            "证明": _of("proof"),
            "状态": _of("status"),
            "登记时间": _of("reported_at"),
            "确认时间": _of("confirmed_at"),
        },
    ),
    ListName.REGISTRATIONS: Listed(
        RegistrationQuery,
        registrations_listed,
        {
            "党员": _of("name"),
            "单位": _of("work_unit.name"),
            "党组织": _of("party_organisation_name"),
            "社区": _of("community.name"),
            "回执编号": _of("receipt_number"),
            "状态": _of("status"),
            "申请时间": _of("applied_at"),
            "报到日期": _of("accepted_on"),
            "结束日期": _of("ended_on"),
        },
    ),
    ListName.ROLE_GRANTS: Listed(
        RoleGrantsQuery,
        role_grants_listed,
        {
            "用户名": _of("login_name"),
            "角色": _of("role"),
            "区域": _of("area_name"),
            "任期开始": _of("starts_at"),
            "任期结束": _of("ends_at"),
            "身份已核验": _of("identity_checked"),
            "状态": _of("status"),
        },
    ),
    ListName.AUDIT_ENTRIES: Listed(
        AuditDaysQuery,
        audit_entries_listed,
        {
            "时间": _of("at"),
            "账号": _of("account_id"),
            "运维人员": _of("operator"),
            "办理了什么": lambda line: accounts.ACTS.get(line.action, line.action),
            "对象": _of("subject_id"),
            "办成": _of("succeeded"),
            "从哪里": _of("source"),
            "请求编号": _of("request_id"),
        },
    ),
}
SHEETS: Mapping[ListName, Sheet] = {name: listed.sheet for name, listed in LISTED.items()}
"""The same for the domain."""
