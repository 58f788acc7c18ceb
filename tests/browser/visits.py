"""Every page of the console, and how somebody comes to it. A new page is a line more; `make check` asks for it
(tests/foundation/test_house_rules.py).

A visit begins at an address that stands at the left, and goes on by what people click: a page to which no link leads is lost to them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import AnyConverter, Map, Rule

from console import samples
from ejia.resources import CONSOLE

OFFICER, NEXT_OFFICER, STREET_OFFICER = "shequ-1", "shequ-2", "jiedao"
KEYHOLDER = "shequ-8"
"""Who has a passkey, on a device beside their desk."""
LEADER = "leader"
PHONES = {LEADER}
"""Who has no name and password: they log in by 扫码登录."""
FIRST = "main th[scope=row] a"
"""The first line of a list; its kind is in the address at which the visit begins."""
TO_ANSWER = "main tr:has-text('后天看望') th a"
WITH_MEMBERS = "main tr:has(td[data-label=队员]:text-matches('^([2-9]|..)')) th a"

ON_RECORD = "/console/beneficiaries?basis=own_consent&ended=false"
OF_COMMUNITY = "/console/offices?role=community_officer"

FILES = {"download_export", "download_job", "download_list", "download_body_year", "download_proof_of_entry", "download_roster_template"}
"""What is saved and not shown."""


def says(words: str) -> str:
    """The link or button of these words."""
    return f'main :is(a, button):text-is("{words}")'


@dataclass(frozen=True)
class Visit:
    """`page`: the function that draws it; where several share it, `case` says which, as the address does. Somebody, `by` name (None: who is
    not logged in), begins `at` an address and clicks one thing after the other (`path`, selectors)."""

    page: str
    at: str
    path: tuple[str, ...] = ()
    case: str = ""
    by: str | None = OFFICER

    def __str__(self) -> str:
        return f"{self.page}-{self.case}" if self.case else self.page


VISITS = (
    Visit("samples_page", "/console/samples", by=None),
    Visit("login_page", "/console/login", by=None),
    Visit("board_page", "/board", by=None),
    Visit("scan_page", "/console/login", (says("微信扫码"),), by=None),
    Visit("today_page", "/console/"),
    Visit("imports_page", "/console/imports"),
    Visit("new_import_page", "/console/imports", (says("上传名册"),)),
    Visit("import_page", "/console/imports?status=checked", (FIRST,)),
    Visit("import_step_page", "/console/imports?status=checked", (FIRST, says("导入")), "entry"),
    Visit("import_step_page", "/console/imports?status=checked", (FIRST, says("再检查一次")), "check"),
    Visit("import_step_page", "/console/imports?status=entered", (FIRST, says("撤销导入")), "undo"),
    Visit("messages_page", "/console/messages"),
    Visit("search_page", "/console/search?q=和"),
    Visit("lookup_page", "/console/volunteers", (says("按号码查找"),)),
    Visit("account_page", "/console/account"),
    Visit("password_page", "/console/account", (says("修改密码"),)),
    Visit("second_factor_page", "/console/account", ("main a[href='/console/second-factor']",)),
    Visit("passkey_page", "/console/account", ("main a[href^='/console/passkeys/']",), by=KEYHOLDER),
    Visit("demands_page", "/console/demands?status=published"),
    Visit("new_demand_page", "/console/demands?status=published", (says("提交需求"),)),
    Visit("demand_page", "/console/demands?status=published", (FIRST,)),
    Visit("publication_page", "/console/demands?status=submitted", (FIRST, says("发布"))),
    Visit("demand_step_page", "/console/demands?status=submitted", (FIRST, says("退回")), "return"),
    Visit("demand_step_page", "/console/demands?status=published&q=清扫楼道", (FIRST, says("登记为未开展")), "not-carried-out"),
    Visit("demand_step_page", "/console/demands?status=published", (FIRST, says("取消需求")), "cancellation"),
    Visit("open_demands_page", "/console/open-demands", by=LEADER),
    Visit("new_claim_page", "/console/open-demands", (FIRST, says("认领")), by=LEADER),
    Visit("own_claims_page", "/console/own-claims", by=LEADER),
    Visit("own_bodies_page", "/console/served", by=LEADER),
    Visit("body_years_page", "/console/served", ("main .links a",), by=LEADER),
    Visit("body_people_page", "/console/served", ("main .links a", FIRST), by=LEADER),
    Visit("body_services_page", "/console/served", ("main .links a", FIRST, FIRST), by=LEADER),
    Visit("late_entries_page", "/console/late-entries"),
    Visit("new_late_entry_page", "/console/late-entries", (says("补录一次活动"),)),
    Visit("late_entry_page", "/console/late-entries", (FIRST,)),
    Visit("late_entry_step_page", "/console/late-entries?for_me=true", (FIRST, says("批准")), "approval", by=STREET_OFFICER),
    Visit("late_entry_step_page", "/console/late-entries?for_me=true", (FIRST, says("不批准")), "refusal", by=STREET_OFFICER),
    Visit("claims_page", "/console/claims"),
    Visit("claim_page", "/console/claims", (TO_ANSWER,)),
    Visit("claim_step_page", "/console/claims", (TO_ANSWER, says("同意认领")), "acceptance"),
    Visit("claim_step_page", "/console/claims", (TO_ANSWER, says("不同意")), "refusal"),
    Visit("demand_claims_page", "/console/demands?status=published&q=明日清扫", (FIRST, says("认领情况"))),
    Visit("claim_step_page", "/console/demands?status=published&q=明日清扫", (FIRST, says("认领情况"), FIRST, says("取消认领")), "release"),
    Visit("beneficiaries_page", "/console/beneficiaries"),
    Visit("new_beneficiary_page", "/console/beneficiaries", (says("登记服务对象"),)),
    Visit("beneficiary_page", "/console/beneficiaries", (FIRST,)),
    Visit("beneficiary_readings_page", "/console/beneficiaries", (FIRST, says("谁查看过"))),
    Visit("beneficiary_reveal_page", ON_RECORD, (FIRST, says("查看原文"))),
    *(
        Visit("beneficiary_step_page", "/console/beneficiaries?for_me=true", (FIRST, says(verb)), step)
        for verb, step in (("登记同意", "consent"), ("登记照护职责", "care"))
    ),
    *(
        Visit("beneficiary_step_page", ON_RECORD, (FIRST, says(verb)), step)
        for verb, step in (
            ("登记撤回同意", "basis-withdrawal"),
            ("作废门牌码", "door-code-ending"),
            ("登记搬家", "move"),
            ("结束登记", "ending"),
        )
    ),
    Visit("door_code_page", ON_RECORD, (FIRST, says("签发门牌码"))),
    Visit("beneficiary_merger_page", ON_RECORD, (FIRST, says("合并"))),
    Visit("shifts_page", "/console/shifts"),
    Visit("shift_page", "/console/shifts?q=正在清扫", (FIRST,)),
    Visit("code_page", "/console/shifts?q=正在清扫", (FIRST, says("出示签到码"))),
    Visit("shift_step_page", "/console/shifts?q=正在清扫", (FIRST, says("确认本场全部记录")), "confirmations"),
    Visit("shift_step_page", "/console/shifts?q=正在清扫", (FIRST, says("补录没有签到的人")), "records"),
    Visit("shift_step_page", "/console/shifts?q=明日清扫", (FIRST, says("取消场次")), "cancellation"),
    Visit("services_page", "/console/services"),
    Visit("service_page", "/console/services?status=awaiting_confirmation", (FIRST,)),
    Visit("service_step_page", "/console/services?status=flagged", (FIRST, says("核实属实")), "clearance"),
    Visit(
        *("service_step_page", "/console/services?status=partly_confirmed&for_me=true", (FIRST, says("批准全部计入")), "allowance"),
        by=STREET_OFFICER,
    ),
    Visit("correction_page", "/console/services?status=confirmed", (FIRST, says("更正"))),
    Visit("service_step_page", "/console/services?status=confirmed", (FIRST, says("撤销确认")), "confirmation-withdrawal"),
    Visit("service_step_page", "/console/services?status=confirmed", (FIRST, says("撤销记录")), "withdrawal"),
    Visit("attendances_page", "/console/", (says("没有签退的签到"),)),
    Visit("attendance_record_page", "/console/attendances", ("main td a",)),
    Visit("teams_page", "/console/teams"),
    Visit("team_page", "/console/teams", (FIRST,)),
    Visit("team_members_page", "/console/teams", (FIRST, says("队员"))),
    Visit("team_history_page", "/console/teams", (FIRST, says("办理过程"))),
    Visit("team_step_page", "/console/teams?status=applied", (FIRST, says("退回")), "return"),
    Visit("team_step_page", "/console/teams", (FIRST, says("更名")), "renaming"),
    Visit("team_step_page", "/console/teams", (FIRST, says("解散")), "dissolution"),
    Visit("team_leadership_page", "/console/teams", (WITH_MEMBERS, says("队员"), says("指定为队长"))),
    Visit("join_requests_page", "/console/join-requests"),
    Visit("join_refusal_page", "/console/join-requests", ("main td a:text-is('不同意')",)),
    Visit("organisations_page", "/console/organisations"),
    Visit("organisation_page", "/console/organisations", (FIRST,)),
    Visit("organisation_staff_page", "/console/organisations", (FIRST, says("工作人员"))),
    Visit("organisation_history_page", "/console/organisations", (FIRST, says("办理过程"))),
    Visit("organisation_step_page", "/console/organisations?status=applied", (FIRST, says("核实")), "verification"),
    Visit("organisation_step_page", "/console/organisations?status=applied", (FIRST, says("退回")), "return"),
    Visit("organisation_step_page", "/console/organisations", (FIRST, says("更名")), "renaming"),
    Visit("organisation_step_page", "/console/organisations", (FIRST, says("转登记")), "registration"),
    Visit("organisation_step_page", "/console/organisations", (FIRST, says("终止")), "ending"),
    Visit("organisation_leadership_page", "/console/organisations", (FIRST, says("工作人员"), says("指定为负责人"))),
    Visit("registrations_page", "/console/registrations"),
    Visit("registration_page", "/console/registrations", (FIRST,)),
    Visit("registration_step_page", "/console/registrations?status=applied", (FIRST, says("退回")), "return"),
    Visit("registration_step_page", "/console/registrations?status=accepted", (FIRST, says("转出")), "ending"),
    Visit("volunteers_page", "/console/volunteers"),
    Visit("person_page", "/console/volunteers", (FIRST,)),
    Visit("person_reveal_page", "/console/volunteers", (FIRST, says("查看原文"))),
    Visit("person_step_page", "/console/volunteers", (FIRST, says("提出更正")), "correction"),
    Visit("person_step_page", "/console/volunteers", (FIRST, says("登记去世")), "death"),
    Visit("recoveries_page", "/console/recoveries"),
    Visit("proxies_page", "/console/proxies"),
    Visit("proxy_page", "/console/proxies", (FIRST,)),
    Visit("new_proxy_page", "/console/proxies", (says("登记代办"),)),
    Visit("proxy_step_page", "/console/proxies?status=run_out", (FIRST, says("续期")), "renewal"),
    Visit("proxy_step_page", "/console/proxies?status=run_out", (FIRST, says("结束代办")), "ending"),
    Visit("recovery_page", "/console/recoveries", (FIRST,)),
    Visit("recovery_step_page", "/console/recoveries?status=submitted", (FIRST, says("核实")), "confirmation"),
    Visit("recovery_step_page", "/console/recoveries?status=submitted", (FIRST, says("退回")), "return"),
    Visit("recovery_step_page", "/console/recoveries?status=seen&for_me=true", (FIRST, says("同意")), "approval", by=STREET_OFFICER),
    Visit("relocations_page", "/console/relocations"),
    Visit("relocation_page", "/console/relocations", (FIRST,)),
    Visit("relocation_step_page", "/console/relocations?status=asked", (FIRST, says("同意迁入")), "acceptance"),
    Visit("relocation_step_page", "/console/relocations?status=asked", (FIRST, says("不同意")), "refusal"),
    Visit("identity_corrections_page", "/console/corrections"),
    Visit("identity_correction_page", "/console/corrections", (FIRST,)),
    *(
        Visit("identity_correction_step_page", "/console/corrections?for_me=true", (FIRST, says(verb)), step, by=STREET_OFFICER)
        for verb, step in (("核对无误，同意", "confirmation"), ("退回", "return"))
    ),
    Visit("deaths_page", "/console/deaths"),
    Visit("death_page", "/console/deaths", (FIRST,)),
    Visit("death_step_page", "/console/deaths?for_me=true", (FIRST, says("核对无误，同意")), "confirmation", by=STREET_OFFICER),
    Visit("death_step_page", "/console/deaths?for_me=true", (FIRST, says("退回")), "return", by=STREET_OFFICER),
    Visit("death_step_page", "/console/deaths?status=confirmed", (FIRST, says("撤销登记")), "undoing"),
    Visit("figures_page", "/console/figures"),
    *(
        Visit("figures_side_page", "/console/figures", (says(title),), side, by=STREET_OFFICER)
        for title, side in (("分月", "months"), ("分社区", "areas"), ("分项", "parts"))
    ),
    Visit("figure_page", "/console/figures", (FIRST,)),
    Visit("figure_rows_page", "/console/figures", ("main td a",)),
    Visit("exports_page", "/console/figures", (says("导出年终统计表"),)),
    Visit("lists_page", "/console/demands?status=published", (says("导出所列"),)),
    Visit("offices_page", "/console/offices", by=STREET_OFFICER),
    Visit("new_login_page", "/console/offices", (says("为新同事开通账号"),), by=STREET_OFFICER),
    Visit("appointment_page", "/console/offices", (says("授予角色"),), by=STREET_OFFICER),
    Visit("office_page", OF_COMMUNITY, (FIRST,), by=STREET_OFFICER),
    Visit("office_step_page", OF_COMMUNITY, (FIRST, says("调整任期")), "term", by=STREET_OFFICER),
    Visit("office_step_page", OF_COMMUNITY, (FIRST, says("收回")), "withdrawal", by=STREET_OFFICER),
    Visit(
        "office_step_page", "/console/offices?unchecked=true&for_me=true", (FIRST, says("核验身份")), "identity-check", by=STREET_OFFICER
    ),
    Visit("password_reset_page", OF_COMMUNITY, (FIRST, says("重置密码")), by=STREET_OFFICER),
    Visit("lockouts_page", "/console/lockouts", by="anquan"),
    Visit("rules_page", "/console/rules"),
    Visit("jobs_page", "/console/jobs", by="xitong"),
    Visit("deliveries_page", "/console/deliveries", by="xitong"),
    Visit("audit_page", "/console/audit", by="shenji"),
)


def addresses() -> Map:
    """Every address of the console."""
    app = Flask("console", static_folder=None)
    for pages in (*CONSOLE, samples.bp):
        app.register_blueprint(pages)
    return app.url_map


def drawn() -> set[tuple[str, str]]:
    """The pages of the console: the function that draws each, and each case that its address may choose."""
    pages = set()
    for rule in addresses().iter_rules():
        if "GET" in (rule.methods or ()) and _function(rule) not in FILES:
            chosen = next((part.items for part in rule._converters.values() if isinstance(part, AnyConverter)), {""})
            pages |= {(_function(rule), case) for case in chosen}
    return pages


def case_of(url: str) -> tuple[str, str]:
    """Which page an address is, and which case of it."""
    rule, given = addresses().bind("here").match(urlsplit(url).path, method="GET", return_rule=True)
    return _function(rule), next((given[name] for name, part in rule._converters.items() if isinstance(part, AnyConverter)), "")


def _function(rule: Rule) -> str:
    return rule.endpoint.split(".")[-1]
