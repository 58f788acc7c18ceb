"""What goes into a copy of one's own data, and what does not: the one visible list. A table that names people and stands in neither part
fails a test."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of a table that are about somebody: its Chinese title, and the column that names the person, or one of their accounts.

    `through` names a table and a column of it instead, where a row belongs to another one that is theirs: `column` holds its value. What
    identifies other people is left out of every row (`archive.py`), and so is what `without` names.
    """

    table: str
    title: str
    column: str
    through: tuple[str, str, str] | None = None
    without: tuple[str, ...] = ()


SECTIONS = (
    Section("people", "实名信息", "id"),
    Section("accounts", "账号", "person_id"),
    Section("logins", "登录方式", "account_id", without=("password_hash", "session_key_sealed")),
    Section("second_factors", "两步验证", "login_id", through=("logins", "id", "account_id"), without=("secret_sealed", "last_step")),
    Section(
        "passkeys", "通行密钥", "login_id", through=("logins", "id", "account_id"), without=("credential_id", "public_key", "sign_count")
    ),
    Section("token_families", "登录记录", "account_id", without=("generation",)),
    Section("console_logins", "扫码登录", "family_id", through=("token_families", "id", "account_id")),
    Section("account_preferences", "显示偏好", "account_id"),
    Section("role_grants", "担任过的角色", "account_id"),
    Section("role_grants", "他人替我代办的角色", "person_id"),
    Section("consents", "同意与撤回", "person_id"),
    Section("consents", "我替未成年人作出的同意", "guardian_person_id"),
    Section("guardianships", "我作为监护人", "guardian_person_id"),
    Section("guardianships", "我的监护人的同意", "ward_person_id"),
    Section("proxies", "由他人替我代办", "person_id"),
    Section("proxies", "我替他人代办", "proxy_person_id"),
    Section("reveals", "谁查看过我的信息", "person_id", without=("account_id", "claim_id")),
    Section("account_recoveries", "找回我的账号的申请", "person_id"),
    Section("account_recoveries", "我提出的找回申请", "account_id"),
    Section("identity_corrections", "姓名、身份证号的更正", "person_id"),
    Section("deaths", "有误的去世登记", "person_id", without=("reported_by", "confirmed_by")),
    Section("relocations", "迁居申请", "person_id"),
    Section("volunteers", "志愿者注册", "person_id"),
    Section("party_members", "在职党员信息", "person_id"),
    Section("unit_memberships", "工作单位", "person_id"),
    Section("member_registrations", "双报到", "person_id"),
    Section("teams", "我担任队长的志愿服务队", "leader_person_id"),
    Section("team_memberships", "参加的志愿服务队", "person_id"),
    Section("team_join_requests", "入队申请", "person_id"),
    Section("organisations", "我负责的社会组织", "officer_person_id"),
    Section("organisation_staff", "在社会组织任职", "person_id"),
    Section("demands", "我的服务需求", "requester_person_id"),
    Section("demand_changes", "我的服务需求的办理过程", "demand_id", through=("demands", "id", "requester_person_id")),
    Section("beneficiaries", "我作为服务对象", "person_id", without=("address_index", "phone_index")),
    Section("beneficiary_bases", "我作为服务对象的个人信息处理依据", "beneficiary_id", through=("beneficiaries", "id", "person_id")),
    Section("arrangements", "社区对我个人的邀请", "person_id"),
    Section("claims", "我个人的认领", "person_id"),
    Section("claim_changes", "我个人的认领的办理过程", "claim_id", through=("claims", "id", "person_id")),
    Section("attendances", "签到签退", "person_id"),
    Section("service_records", "服务记录", "person_id"),
    Section("late_entry_people", "补录的服务中的我", "person_id"),
    Section("service_confirmations", "服务记录的确认", "record_fact_id", through=("service_records", "fact_id", "person_id")),
    Section("service_flags", "服务记录的核实", "record_fact_id", through=("service_records", "fact_id", "person_id")),
    Section("door_tries", "门码输错的次数", "person_id"),
    Section("points_accounts", "积分余额", "person_id"),
    Section("ledger_transactions", "积分明细", "person_id"),
    Section("messages", "站内消息", "recipient_id"),
    Section("jobs", "我提出的导出任务", "asked_by"),
    Section("files", "与我有关的文件", "person_id"),
    Section("allowances", "当天提交的次数", "holder_id"),
)

LEFT_OUT: Mapping[str, str] = {
    "audit_entries": "安全审计记录只有编号，不含个人信息的内容，用于查核违规操作",
    "audit_counts": "按小时合计的访问次数，只有编号，用于查核违规操作",
    "idempotency_keys": "防止重复提交的记录，保存二十四小时，内容与其他文件中的相同",
    "login_lockouts": "登录失败次数，最后一次失败一天后删除，无法对应到本人",
    "passkey_challenges": "登录时请设备签名的随机数，几分钟后失效",
    "recovery_codes": "备用码只留有无法还原的摘要，剩余个数见登录方式",
    "openings": "名额，内容与服务需求相同",
    "shifts": "场次，内容与服务需求、签到签退相同",
    "statistics_bookings": "统计的中间结果，由服务记录等推算而来",
    "statistics_presences": "统计的中间结果，由服务记录等推算而来",
    "imports": "导入名册的过程，导入的本人信息在其他文件中",
    "import_books": "等待读取的名册文件，密封保存，读取后即删除",
    "import_parts": "导入名册的原始行，密封保存三十天，导入的本人信息在其他文件中",
    "organisation_changes": "社会组织的审核过程，不是本人的信息",
    "organisation_day_corrections": "社会组织计入日期的更正，不是本人的信息",
    "team_changes": "志愿服务队的审核过程，不是本人的信息",
    "late_entries": "补录的活动，本人的部分在补录的服务中",
    "demand_prompts": "无人办理的需求到期自动提醒、推荐的记录，只有编号、步骤和时间，没有个人信息",
    "demand_reassignments": "服务对象的两条登记合并为一条的记录，只有编号，合并后的登记在服务对象中",
    "late_entry_proofs": "补录活动的证明材料，由社区保存供审批查看，不按个人存放",
    "shift_changes": "场次的变更过程，不是本人的信息",
    "account_recovery_changes": "找回申请的办理过程，结果与找回申请相同",
    "relocation_changes": "迁居申请的办理过程，结果与迁居申请相同",
    "identity_correction_changes": "身份更正的办理过程，结果与身份更正相同",
    "death_changes": "去世登记的办理过程，结果与去世登记相同",
}
"""Tables that name people or accounts, or belong to what does, and why they stay out: told to whoever reads the copy."""
