"""The places of the console, as an office calls them: what stands at the left of each page for who may go there."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.accounts import queries as accounts
from backend.attendance import queries as attendance
from backend.corrections import queries as corrections
from backend.deaths import queries as deaths
from backend.deliveries import queries as deliveries
from backend.demands import queries as demands
from backend.foundation.actor import Actor
from backend.imports import queries as imports
from backend.jobs import queries as jobs
from backend.jobs import sheets
from backend.late_entries import queries as late_entries
from backend.openings import queries as openings
from backend.organisations import queries as organisations
from backend.proxies import queries as proxies
from backend.recognition import years
from backend.recoveries import queries as recoveries
from backend.registration import queries as registration
from backend.relocations import queries as relocations
from backend.statistics import exports
from backend.statistics import queries as figures
from backend.teams import queries as teams
from backend.volunteers import queries as volunteers
from console.addresses import (
    ACCOUNT,
    AUDIT,
    BENEFICIARIES,
    CLAIMS,
    CORRECTIONS,
    DEATHS,
    DELIVERIES,
    DEMANDS,
    EXPORTS,
    FIGURES,
    HOME,
    IMPORTS,
    JOBS,
    LATE_ENTRIES,
    LISTS,
    LOCKOUTS,
    MESSAGES,
    OFFICES,
    OPEN_DEMANDS,
    ORGANISATIONS,
    OWN_CLAIMS,
    PROXIES,
    RECORDS,
    RECOVERIES,
    REGISTRATIONS,
    RELOCATIONS,
    RULES,
    SERVED,
    SHIFTS,
    TEAMS,
    VOLUNTEERS,
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its name, its first page, who has a use for it (None: everybody), and the heading under which it stands with others."""

    name: str
    title: str
    address: str
    is_for: Callable[[Actor], bool] | None = None
    heading: str = ""

    def is_of(self, viewer: Actor) -> bool:
        """Whether the viewer may have something to do in it."""
        return self.is_for is None or self.is_for(viewer)


def _works_by_the_rules(viewer: Actor) -> bool:
    return figures.looks_after_some(viewer) or jobs.looks_after_some(viewer)


TODAY = Place("today", "今天", HOME)
INBOX = Place("messages", "消息", MESSAGES)
CLAIMABLE = Place("open_demands", "可认领的需求", OPEN_DEMANDS, openings.may_claim_some, "我们的服务")
OWN_CLAIMED = Place("own_claims", "我们的认领", OWN_CLAIMS, openings.may_claim_some, "我们的服务")
OWN_SERVED = Place("served", "我们的人与时长", SERVED, years.serves_for_some, "我们的服务")
SERVICES = Place("services", "服务需求", DEMANDS, demands.looks_after_some, "服务")
VISITED = Place("beneficiaries", "服务对象", BENEFICIARIES, demands.keeps_register, "服务")
SHIFTED = Place("shifts", "场次与签到", SHIFTS, attendance.sees_some_shifts, "服务")
RECORDED = Place("records", "服务记录", RECORDS, attendance.looks_after_some, "服务")
ENTERED_LATE = Place("late_entries", "补录活动", LATE_ENTRIES, late_entries.looks_after_some, "服务")
CLAIMED = Place("claims", "认领", CLAIMS, openings.looks_after_some, "服务")
LED = Place("teams", "志愿服务队", TEAMS, teams.looks_after_some, "队伍与人")
VOLUNTEERING = Place("volunteers", "志愿者", VOLUNTEERS, volunteers.looks_after_some, "队伍与人")
VERIFIED = Place("organisations", "社会组织", ORGANISATIONS, organisations.looks_after_some, "队伍与人")
RECOVERED = Place("recoveries", "找回账号", RECOVERIES, recoveries.looks_after_some, "居民事项")
ACTED_FOR = Place("proxies", "代办", PROXIES, proxies.looks_after_some, "居民事项")
RELOCATED = Place("relocations", "迁居", RELOCATIONS, relocations.looks_after_some, "居民事项")
CORRECTED = Place("corrections", "身份更正", CORRECTIONS, corrections.looks_after_some, "居民事项")
MOURNED = Place("deaths", "去世登记", DEATHS, deaths.looks_after_some, "居民事项")
REGISTERED = Place("registrations", "党员报到", REGISTRATIONS, registration.looks_after_some, "双报到")
COUNTED = Place("figures", "年度统计", FIGURES, figures.looks_after_some, "数据")
EXPORTED = Place("exports", "年终统计表", EXPORTS, exports.may_ask_some, "数据")
TAKEN_ALONG = Place("lists", "导出的列表", LISTS, sheets.may_ask_some, "数据")
APPOINTED = Place("offices", "账号与角色", OFFICES, accounts.looks_after_offices, "管理")
LOCKED = Place("lockouts", "登录与锁定", LOCKOUTS, accounts.looks_after_lockouts, "管理")
SET = Place("rules", "规则", RULES, _works_by_the_rules, "管理")
WORKED_ON = Place("jobs", "后台任务", JOBS, jobs.looks_after_some, "管理")
BROUGHT = Place("imports", "名册导入", IMPORTS, imports.looks_after_some, "管理")
UNDELIVERED = Place("deliveries", "失败的投递", DELIVERIES, deliveries.looks_after_deliveries, "管理")
AUDITED = Place("audit", "审计", AUDIT, accounts.may_audit, "管理")
OWN = Place("account", "我的账号", ACCOUNT, heading="本人")
ADMINISTRATION = (APPOINTED, LOCKED, SET, BROUGHT, WORKED_ON, UNDELIVERED, AUDITED)
WORK = (
    TODAY,
    INBOX,
    CLAIMABLE,
    OWN_CLAIMED,
    OWN_SERVED,
    SERVICES,
    VISITED,
    SHIFTED,
    RECORDED,
    ENTERED_LATE,
    CLAIMED,
    LED,
    VOLUNTEERING,
    VERIFIED,
    RECOVERED,
    ACTED_FOR,
    RELOCATED,
    CORRECTED,
    MOURNED,
    REGISTERED,
    COUNTED,
    EXPORTED,
    TAKEN_ALONG,
)
PLACES = (*WORK, *ADMINISTRATION, OWN)


def places_of(viewer: Actor) -> list[Place]:
    """Those in which the viewer may have something to do."""
    return [place for place in PLACES if place.is_of(viewer)]
