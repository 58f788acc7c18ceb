"""Who may do what: a block for each permission, with its words and its rule. How a rule is asked stands in policy.py."""

from collections.abc import Mapping
from typing import Any

from backend.foundation.actor import Role
from backend.foundation.terms import Term


class Reach(Term):
    """How a role's grant must meet the subject's scope."""

    ANYWHERE = ("anywhere", "不限", "The role is enough, wherever the subject lies.")
    AREA = ("area", "辖区", "The subject lies in the area of the grant or below it.")
    COMMUNITY = ("community", "社区", "The subject lies in the community that the grant's grid is part of.")
    TEAM = ("team", "本队", "The subject belongs to the team of the grant, or a claim of that team makes it concern them.")
    ORGANISATION = (
        "organisation",
        "本组织",
        "The subject belongs to the organisation of the grant, or a claim of it makes it concern them.",
    )
    WORK_UNIT = ("work_unit", "本单位", "The subject belongs to the work unit of the grant, or a claim of it makes it concern them.")
    PERSON = ("person", "所代办的人", "The subject is the person whom the grant names.")
    OWN = ("own", "本人", "The subject is the person's own; whose it is, the sentence of the permission says.")


Rule = Mapping[Role, Reach]
"""How far each role reaches; a role that is not named may not."""

_LOOKING = frozenset({"see", "browse", "oversee"})

_NOBODY: dict[Role, Reach] = {}  # the platform itself: by the clock, or by `ejia`
_ANYBODY = {Role.RESIDENT: Reach.ANYWHERE}
_ONESELF = {Role.RESIDENT: Reach.OWN}
_VOLUNTEERS = {Role.VOLUNTEER: Reach.ANYWHERE}
_PROXIES = {Role.PROXY: Reach.PERSON}
_LEADERS = {Role.TEAM_LEADER: Reach.TEAM}
_STAFF = {Role.ORGANISATION_STAFF: Reach.ORGANISATION}
_UNITS = {Role.WORK_UNIT_OFFICER: Reach.WORK_UNIT}
_GROUPS = _LEADERS | _STAFF | _UNITS
_GRID = {Role.GRID_WORKER: Reach.COMMUNITY}
_COMMUNITY = {Role.COMMUNITY_OFFICER: Reach.AREA}
_STREET = {Role.STREET_OFFICER: Reach.AREA}
_DECIDING = _COMMUNITY | _STREET
_OFFICERS = _DECIDING | {Role.DISTRICT_OFFICER: Reach.AREA}
_VISITING = _COMMUNITY | {Role.GRID_WORKER: Reach.AREA}  # who knows the people of a door
_SECURITY = {Role.SECURITY_ADMIN: Reach.AREA}


class Permission(Term):
    """What can be allowed: `noun.verb`, also the `action` of the audit log; its Chinese name; what it allows; who may."""

    rule: Rule

    def __init__(self, _code: str, *said: Any) -> None:
        self.rule = said[-1]

    @property
    def decides(self) -> bool:
        """Whether an office needs a known human for it: for all but looking."""
        return self.value.rpartition(".")[2] not in _LOOKING

    @property
    def guards(self) -> bool:
        """Whether a refused attempt is written down: whatever not every resident or volunteer may, wherever it lies."""
        return Reach.ANYWHERE not in (self.rule.get(Role.RESIDENT), self.rule.get(Role.VOLUNTEER))

    # Log-ins and offices

    ACCOUNT_LOG_IN = ("account.log_in", "登录", "Log in by WeChat, or by name and password.", _ANYBODY)
    # The scope is the area above the one in which the colleague is to hold office.
    ACCOUNT_CREATE = (
        "account.create",
        "建立账号",
        "Open a log-in by name and password for a new colleague, in an office below one's own.",
        _OFFICERS,
    )
    # The scope is that of the person, and the area above each office that one of the accounts holds.
    ACCOUNT_MERGE = (
        "account.merge",
        "合并账号",
        "Join two accounts of one person, all of whose offices lie below one's own.",
        _OFFICERS | _SECURITY,
    )
    ACCOUNT_MERGE_OWN = ("account.merge_own", "合并自己的账号", "Join two accounts that are both proved to be one's own.", _ANYBODY)
    RECOVERY_APPLY = (
        "recovery.apply",
        "申请找回账号",
        "Ask for one's account back with a new WeChat or phone, by proving who one is.",
        _ANYBODY,
    )
    # Who asks sees their own applications, too.
    RECOVERY_SEE = ("recovery.see", "查看找回申请", "See such an application. Own: of whose account is asked for.", _OFFICERS | _ONESELF)
    RECOVERY_REVIEW = (
        "recovery.review",
        "审核找回申请",
        "See who applies, with papers and phone, and stand by it; of who holds an office, by those above it.",
        _DECIDING,
    )
    RECOVERY_APPROVE = (
        "recovery.approve",
        "同意登录他人账号",
        "Agree, as a second officer, that another log-in opens a person's account. Own: of whose account it is.",
        _OFFICERS | _ONESELF,
    )
    RECOVERY_REFUSE = ("recovery.refuse", "拒绝找回申请", "Refuse it. Own: of whose account is asked for.", _DECIDING | _ONESELF)
    # One's own account has no person before the real name is registered; so the command looks after whose it is.
    SESSION_SEE = ("session.see", "查看登录", "See where one's own account is logged in.", _ANYBODY)
    SESSION_END = ("session.end", "结束登录", "End log-ins of one's own account.", _ANYBODY)
    CONSOLE_LOGIN_APPROVE = (
        "console_login.approve",
        "确认扫码登录",
        "Let a browser in that shows a code, as oneself.",
        _ANYBODY,
    )
    LOGIN_SEE = ("login.see", "查看登录方式", "See by what one's own account opens, and who added it.", _ANYBODY)
    LOGIN_END = ("login.end", "移除登录方式", "End a way into one's own account.", _ANYBODY)
    ACCOUNT_CLOSE = ("account.close", "注销账号", "Close one's own account, with every way into it.", _ANYBODY)
    MESSAGE_SEE = (
        "message.see",
        "查看消息",
        "Read one's own messages; those that came by an office, while it is held.",
        _ANYBODY,
    )
    # Which kinds, and which rows of them, the permission of each says.
    WAITING_SEE = ("waiting.see", "查看待办", "See how much waits for oneself, by kind.", _ANYBODY)
    PREFERENCES_SET = ("preferences.set", "设置偏好", "Say how the mini-program shows itself to oneself.", _ANYBODY)
    # The scope is the street's: what a community leaves undone is for the level above it.
    OVERDUE_SEE = (
        "overdue.see",
        "查看超期情况",
        "See week by week what waits past its day in the communities of a street.",
        _STREET | {Role.DISTRICT_OFFICER: Reach.AREA},
    )
    PASSWORD_CHANGE = ("password.change", "修改密码", "Change one's own password.", _ANYBODY)
    SECOND_FACTOR_SET = ("second_factor.set", "设置两步验证", "Have one's own log-in ask for a code beside the password.", _ANYBODY)
    SECOND_FACTOR_REMOVE = ("second_factor.remove", "移除两步验证", "Have it ask for that no more, by password and code.", _ANYBODY)
    PASSKEY_ADD = ("passkey.add", "添加通行密钥", "Have one's own log-in take a passkey beside the password.", _ANYBODY)
    PASSKEY_RENAME = ("passkey.rename", "修改通行密钥的名称", "Call a passkey of one's own by another name.", _ANYBODY)
    PASSKEY_END = ("passkey.end", "删除通行密钥", "Have one's own log-in take it no more, by password and code.", _ANYBODY)
    SECOND_FACTOR_LIFT = (
        "second_factor.lift",
        "解除两步验证",
        "Remove the second factor of who lost phone and codes: by `ejia`; the level above gives a new password.",
        _NOBODY,
    )
    # The scope is the area above the one in which the colleague holds office: nobody takes over an equal or a superior.
    PASSWORD_RESET = (
        "password.reset",
        "重置密码",
        "Give a colleague whose offices all lie below one's own a new initial password.",
        _OFFICERS,
    )
    # The scope is the area above the one in which the colleague holds office.
    IDENTITY_CHECK = (
        "identity.check",
        "核验身份",
        "See the papers of a colleague whose offices all lie below one's own: from then on these decide.",
        _OFFICERS,
    )
    # An office belongs to an area of its level, so nobody appoints to one above their own.
    ROLE_GRANT = (
        "role.grant",
        "授予角色",
        "Appoint an officer or a grid worker, or change the term; nobody their own. To one's own level a second one agrees.",
        _OFFICERS | _SECURITY,
    )
    ROLE_APPROVE = (
        "role.approve",
        "同意任命",
        "Agree to an appointment that one's own level made; nobody their own, nor one of who appointed them.",
        _OFFICERS | _SECURITY,
    )
    # The account of an officer may have no person yet; so the command looks after whose it is.
    ROLE_ACCEPT = ("role.accept", "接受任命", "Accept or decline an office that one was appointed to.", _ANYBODY)
    ROLE_WITHDRAW = (
        "role.withdraw",
        "收回角色",
        "Dismiss an officer or a grid worker with a reason; nobody themselves, nor at once who appointed them.",
        _OFFICERS | _SECURITY,
    )
    ROLE_SEE = ("role.see", "查看任职", "See who holds an office, and until when.", _OFFICERS | _SECURITY)
    ADMINISTRATOR_GRANT = (
        "administrator.grant",
        "任命三员",
        "Appoint or dismiss one of the three administrators: by `ejia` only.",
        _NOBODY,
    )
    LOCKOUT_SEE = ("lockout.see", "查看锁定", "See which office holders' log-ins are locked after wrong passwords.", _SECURITY)
    LOCKOUT_LIFT = ("lockout.lift", "解除锁定", "Let such a log-in try again at once.", _SECURITY)
    # Entries hold ids only, and lie in no area.
    AUDIT_SEE = (
        "audit.see",
        "查看审计",
        "Read the audit log: ids, codes and numbers; reading it is written down, too.",
        {Role.AUDIT_ADMIN: Reach.ANYWHERE},
    )

    # People

    PERSON_REGISTER = ("person.register", "实名登记", "Register oneself as a person, or as a volunteer.", _ANYBODY)
    PERSON_SEE = ("person.see", "查看志愿者", "See somebody in a list, masked. Own: oneself.", _OFFICERS | _ONESELF)
    PERSON_REVEAL = (
        "person.reveal",
        "查看个人信息原文",
        "Read a person's data in clear, for a purpose; written down, and shown to the person.",
        _DECIDING,
    )
    # Of a minor besides minor.reveal: the street.
    PERSON_OPEN = (
        "person.open",
        "查看个人档案",
        "See in one place, masked, what a person holds, did, agreed to and waits for, and who read their data; written down. Own: oneself.",
        _DECIDING | _ONESELF,
    )
    # Whom it finds, person.reveal, minor.reveal and beneficiary.reveal say.
    PERSON_FIND = (
        "person.find",
        "按号码查找",
        "Find, by the whole identity number or telephone, whom one could read in clear; written down, also when nobody is found.",
        dict.fromkeys(_DECIDING, Reach.ANYWHERE),
    )
    # Asked of each row of a list, beside the permission that shows the row.
    NAME_READ = (
        "name.read",
        "查看姓名全称",
        "See in full, to call them, the name of a grown-up whose service one confirms, whose claim one answers or whom one leads.",
        _DECIDING | _ONESELF | _PROXIES | _LEADERS,
    )
    # Who is in charge approves (未成年人网络保护条例 art. 36): the street.
    MINOR_REVEAL = ("minor.reveal", "查看未成年人信息原文", "The same of a minor.", _STREET)
    CORRECTION_SEE = (
        "correction.see",
        "查看身份更正",
        "See that a name or identity number is to be corrected. Own: one's own.",
        _DECIDING | _ONESELF,
    )
    CORRECTION_PROPOSE = (
        "correction.propose",
        "提出身份更正",
        "Say, with papers on the desk, that a person's name or identity number is another one; nobody their own.",
        _DECIDING,
    )
    CORRECTION_CONFIRM = (
        "correction.confirm",
        "同意身份更正",
        "Agree to it as a second officer, whom the first did not appoint; nobody their own.",
        _DECIDING,
    )
    CORRECTION_RETURN = ("correction.return", "退回身份更正", "Refuse it. Own: of whom it is about.", _DECIDING | _ONESELF)
    DEATH_SEE = ("death.see", "查看去世登记", "See that somebody's death was reported.", _DECIDING)
    DEATH_REPORT = ("death.report", "登记去世", "Say, with papers on the desk, that a person died; nobody of themselves.", _DECIDING)
    DEATH_DECIDE = (
        "death.decide",
        "核对去世登记",
        "Agree to it as a second officer, whom the first did not appoint, or refuse it; nobody agrees to their own.",
        _DECIDING,
    )
    DEATH_UNDO = ("death.undo", "撤销去世登记", "Say that it was a mistake, as another officer than the one who agreed.", _DECIDING)
    PHONE_SET = ("phone.set", "登记手机号", "Give the phone number that WeChat knows. Own: one's own.", _ONESELF)
    # Both are handed over as the scope, one after the other: who is acted for, and the proxy.
    PROXY_GRANT = ("proxy.grant", "登记代办", "Let somebody act for an elder without a phone, for a term.", _DECIDING | _GRID)
    PROXY_SEE = (
        "proxy.see",
        "查看代办",
        "See who acts for whom. Own: of who is acted for, and of the proxy.",
        _OFFICERS | _ONESELF | _GRID,
    )
    PROXY_END = ("proxy.end", "结束代办", "End it. Own: of who is acted for, and of the proxy.", _DECIDING | _ONESELF | _GRID)
    VOLUNTEER_ENTER = (
        "volunteer.enter",
        "登记志愿者",
        "Register somebody without a phone as a volunteer, at the desk and on paper.",
        _DECIDING,
    )
    IMPORT_SEE = (
        "import.see",
        "查看名册导入",
        "See which workbooks were brought, how far they are, and which cells are faulty.",
        _DECIDING,
    )
    IMPORT_ENTER = (
        "import.enter",
        "导入名册",
        "Bring a workbook of who is there already, have it checked and entered, and undo it as one.",
        _DECIDING,
    )
    VOLUNTEER_MOVE = (
        "volunteer.move",
        "迁入志愿者",
        "Take a volunteer who moved here into the community, with the number that they have.",
        _COMMUNITY,
    )
    RELOCATION_ASK = (
        "relocation.ask",
        "申请迁居",
        "Ask the community in which one lives now to take one in. Own: one's own.",
        _ONESELF,
    )
    RELOCATION_SEE = (
        "relocation.see",
        "查看迁居申请",
        "See that somebody asks to move here. Own: one's own.",
        _DECIDING | _ONESELF,
    )
    RELOCATION_DECIDE = ("relocation.decide", "审核迁居申请", "Take them in, or refuse; nobody themselves.", _DECIDING)
    RELOCATION_WITHDRAW = ("relocation.withdraw", "撤回迁居申请", "Take it back before it is decided. Own: one's own.", _ONESELF)
    VOLUNTEER_LEAVE = ("volunteer.leave", "退出志愿者", "End the registration as volunteer. Own: one's own.", _ONESELF)
    # By area: at the desk, for who has no account.
    CONSENT_CHANGE = (
        "consent.change",
        "同意与撤回",
        "Agree to a notice anew, or take a consent back. Own: one's own.",
        _ONESELF | _COMMUNITY,
    )
    OWN_DATA_COPY = ("own_data.copy", "复制个人信息", "Fetch a copy of all that is held about oneself. Own: oneself.", _ONESELF)
    # By area: at the desk of the community, before an officer.
    GUARDIANSHIP_STATE = (
        "guardianship.state",
        "登记监护人同意",
        "Take a guardian's word for a minor down. Own: of who is the guardian.",
        _ONESELF | _COMMUNITY,
    )
    GUARDIANSHIP_END = (
        "guardianship.end",
        "撤回监护人同意",
        "Take the word back. Own: of who is the guardian.",
        _ONESELF | _COMMUNITY,
    )

    # Teams, organisations, registrations

    TEAM_APPLY = ("team.apply", "申请建队", "Apply for a team, to lead it.", _VOLUNTEERS)
    TEAM_AMEND = ("team.amend", "修改建队申请", "Send a returned application again. Own: of who applied.", _ONESELF)
    TEAM_SEE = (
        "team.see",
        "查看未成立的队伍",
        "See a team that is not active. Own: of who applied or led. Active ones everybody sees.",
        _OFFICERS | _ONESELF,
    )
    TEAM_REVIEW = ("team.review", "审核队伍", "Accept, return, rename or dissolve a team.", _DECIDING)
    TEAM_LEAD = ("team.lead", "管理队员", "Take members in, refuse and remove them.", _LEADERS)
    TEAM_JOIN = ("team.join", "申请入队", "Ask to join a team.", _VOLUNTEERS)
    TEAM_LEAVE = ("team.leave", "退队", "Leave a team, or take the wish to join back. Own: one's own.", _ONESELF)
    # By area: where the leader is gone.
    TEAM_HAND_OVER = ("team.hand_over", "更换队长", "Name the next leader. Own: of who leads.", _DECIDING | _ONESELF)
    TEAM_MEMBERS_SEE = ("team_members.see", "查看队员", "See members and wishes to join, masked.", _OFFICERS | _LEADERS)
    ORGANISATION_APPLY = ("organisation.apply", "申请社会组织入驻", "Apply for an organisation, to be its officer.", _ANYBODY)
    ORGANISATION_AMEND = ("organisation.amend", "修改入驻申请", "Send a returned application again. Own: of who applied.", _ONESELF)
    ORGANISATION_SEE = (
        "organisation.see",
        "查看未核实的社会组织",
        "See an organisation that is not verified. Own: of its officer. Verified ones everybody sees.",
        _OFFICERS | _ONESELF,
    )
    ORGANISATION_REVIEW = ("organisation.review", "核实社会组织", "Verify, return, rename or end an organisation.", _DECIDING)
    ORGANISATION_HAND_OVER = (
        "organisation.hand_over",
        "更换负责人",
        "Name the next officer. Own: of the present one.",
        _DECIDING | _ONESELF,
    )
    STAFF_CHANGE = ("staff.change", "管理工作人员", "Add and remove staff. Own: of the organisation's officer.", _ONESELF)
    STAFF_LEAVE = ("staff.leave", "离开社会组织", "Act for an organisation no longer. Own: oneself.", _ONESELF)
    STAFF_SEE = ("staff.see", "查看工作人员", "See who acts for an organisation, masked.", _OFFICERS | _STAFF)
    REGISTRATION_APPLY = ("registration.apply", "申请报到", "Ask a community to be taken in as a serving Party member.", _ANYBODY)
    REGISTRATION_AMEND = ("registration.amend", "修改被退回的报到", "Send a returned application again. Own: of the member.", _ONESELF)
    REGISTRATION_SEE = ("registration.see", "查看报到", "See a registration. Own: of the member.", _OFFICERS | _ONESELF | _UNITS)
    REGISTRATION_REVIEW = ("registration.review", "审核报到", "Accept or return a registration; nobody their own.", _DECIDING)
    REGISTRATION_WITHDRAW = (
        "registration.withdraw",
        "撤回报到",
        "Take an application back before it is decided. Own: of the member.",
        _ONESELF,
    )
    REGISTRATION_END = ("registration.end", "转出报到", "End an accepted registration. Own: of the member.", _DECIDING | _ONESELF)
    REGISTRATION_UNIT = (
        "registration.unit",
        "变更报到党员单位",
        "Write down that who registered works elsewhere. Own: of the member.",
        _DECIDING | _ONESELF,
    )
    WORK_UNIT_ADD = ("work_unit.add", "添加单位", "Add a work unit; it lies in no area.", dict.fromkeys(_OFFICERS, Reach.ANYWHERE))
    WORK_UNIT_SETTLE = (
        "work_unit.settle",
        "更正、合并单位",
        "Correct a work unit, or say that two rows are one; it lies in no area, so not by one community.",
        dict.fromkeys((Role.STREET_OFFICER, Role.DISTRICT_OFFICER), Reach.ANYWHERE),
    )

    # Demands and beneficiaries

    DEMAND_SUBMIT = (
        "demand.submit",
        "提交需求",
        "Ask for a service. By area: for others, or for nobody in particular. Own: for oneself.",
        _DECIDING | _ONESELF | _GRID | _PROXIES,
    )
    DEMAND_AMEND = (
        "demand.amend",
        "修改被退回的需求",
        "Send a returned demand again. Own: of who asked. By area: what was written down in office.",
        _DECIDING | _ONESELF | _GRID | _PROXIES,
    )
    DEMAND_BROWSE = ("demand.browse", "浏览需求", "See what is published.", _ANYBODY)
    # Teams, organisations and units see those on which they hold a claim.
    DEMAND_SEE = (
        "demand.see",
        "查看需求详情",
        "See what is not published, and the details of what is. Own: of who asked.",
        _OFFICERS | _ONESELF | _GRID | _PROXIES | _GROUPS,
    )
    DEMAND_REVIEW = ("demand.review", "审核需求", "Publish or return a demand.", _DECIDING)
    DEMAND_WITHDRAW = (
        "demand.withdraw",
        "撤回需求",
        "Take a demand back while it waits or was returned. Own: of who asked; grid workers what is nobody's.",
        _ONESELF | _GRID | _PROXIES,
    )
    DEMAND_CANCEL = ("demand.cancel", "取消需求", "Call off what is published.", _DECIDING)
    DEMAND_COMPLETE = ("demand.complete", "办结需求", "Close a demand after a confirmed service. Own: of who asked.", _DECIDING | _ONESELF)
    BENEFICIARY_ADD = ("beneficiary.add", "登记服务对象", "Put somebody on record who is to be visited.", _DECIDING | _VISITING)
    BENEFICIARY_CHANGE = (
        "beneficiary.change",
        "登记处理依据",
        "State on what it rests that somebody is kept on record, or take that down as withdrawn.",
        _VISITING,
    )
    BENEFICIARY_SETTLE = (
        "beneficiary.settle",
        "办理服务对象变动",
        "Merge two rows of one person, move somebody, end the record, or say which person it is.",
        _COMMUNITY,
    )
    BENEFICIARY_SEE = (
        "beneficiary.see",
        "查看服务对象",
        "See who is visited; address and phone in clear only while a claim is held. Own: of who holds one.",
        _VISITING | _ONESELF | _GROUPS,
    )
    BENEFICIARY_REVEAL = (
        "beneficiary.reveal",
        "查看服务对象原文",
        "Read address and phone of who is visited in clear, for a purpose; written down.",
        _VISITING,
    )

    DOOR_CODE_ISSUE = (
        "door_code.issue",
        "签发门牌码",
        "Give the home of who is visited a printed code, by which visitors sign in, and end it.",
        _DECIDING,
    )
    REVEAL_OVERSEE = ("reveal.oversee", "查看查看记录", "See who read the data of somebody who is visited in clear.", _OFFICERS)

    # Claims and services

    PLACE_CLAIM = (
        "place.claim",
        "认领",
        "Take a place: for the team, the organisation, the unit, or as a registered Party member.",
        _GROUPS | {Role.PARTY_MEMBER: Reach.AREA},
    )
    CLAIM_REVIEW = (
        "claim.review",
        "答复认领",
        "Accept or refuse a place at a home visit that was asked for; nobody what they asked for themselves.",
        _DECIDING,
    )
    ARRANGEMENT_MAKE = (
        "arrangement.make",
        "约定认领方",
        "Say which team or organisation comes without being asked about, invite Party members, or end that; nobody for one of their own.",
        _DECIDING,
    )
    ARRANGEMENT_SEE = (
        "arrangement.see",
        "查看约定",
        "See which team or organisation comes without being asked about, and who is invited. Own: of who is.",
        _OFFICERS | _GROUPS | _ONESELF,
    )
    PLACE_RELEASE = ("place.release", "取消认领", "Give a place back. Own: of who claimed as a person.", _DECIDING | _ONESELF | _GROUPS)
    CLAIM_SEE = (
        "claim.see",
        "查看认领",
        "See a claim. Own: of who claimed as a person, and of who asked for the service.",
        _OFFICERS | _ONESELF | _GROUPS,
    )
    SHIFT_PLAN = ("shift.plan", "安排场次", "Plan a shift; it comes with the publication of a demand.", _DECIDING)
    SHIFT_CANCEL = ("shift.cancel", "取消场次", "Call off a shift at which nobody signed in.", _DECIDING)
    SHIFT_CLOSE = ("shift.close", "关闭场次", "Close attendances that nobody signed out of: by the clock only.", _NOBODY)
    CODE_SHOW = (
        "code.show",
        "出示签到码",
        "Show the code at the place. Own: of who asked, and of the officer of a claiming organisation.",
        _DECIDING | _ONESELF | _LEADERS | _UNITS | _PROXIES,
    )
    SHIFT_SIGN = ("shift.sign", "签到签退", "Sign in and out. Own: oneself.", _ONESELF)
    SHIFT_SEE = (
        "shift.see",
        "查看场次",
        "See a shift. Own: of who asked, of the officer of a claiming organisation, of who claimed, and of who served.",
        _OFFICERS | _ONESELF | _GROUPS | _PROXIES,
    )
    ATTENDANCE_SEE = (
        "attendance.see",
        "查看签到",
        "See who signed in, masked. Own: of who served, of who asked, and of the officer of the organisation served for.",
        _OFFICERS | _ONESELF | _LEADERS | _UNITS,
    )
    RECORD_SEE = (
        "record.see",
        "查看服务记录",
        "See a service record and its corrections. Own: of who served, of who asked, and of the officer served for.",
        _OFFICERS | _ONESELF | _PROXIES | _GROUPS,
    )
    RECORD_ADD = ("record.add", "补录服务", "Add a record by one's word; somebody else confirms it.", _DECIDING)
    LATE_ENTRY_SEE = ("late_entry.see", "查看补录活动", "See past activities that were entered afterwards.", _OFFICERS)
    LATE_ENTRY_ENTER = (
        "late_entry.enter",
        "补录活动",
        "Enter a past activity that nobody published, with reason and proof; nobody their own.",
        _DECIDING,
    )
    LATE_ENTRY_DECIDE = (
        "late_entry.decide",
        "审批补录活动",
        "Approve or refuse such an entry; neither who entered it nor who served there.",
        _DECIDING,
    )
    RECORD_CORRECT = ("record.correct", "更正服务记录", "Correct or withdraw a record; nobody their own.", _DECIDING)
    SERVICE_CONFIRM = (
        "service.confirm",
        "确认服务",
        "Let a record count. Own: of who asked. Nobody their own, nor that of one whom they lead.",
        _DECIDING | _ONESELF | _PROXIES,
    )
    # Who served, or recorded or raised it, is refused by the command.
    SERVICE_ALLOW = (
        "service.allow",
        "批准多计时长",
        "Let a confirmed record count whole, also beyond the hours of a day, with a reason; nobody what they recorded.",
        _DECIDING,
    )
    SERVICE_CLEAR = (
        "service.clear",
        "核实存疑服务",
        "Say that a flagged record is in order, so that it may count; nobody their own. What is not, is withdrawn.",
        _DECIDING,
    )
    CONFIRMATION_WITHDRAW = ("confirmation.withdraw", "撤销确认", "Take a confirmation back.", _DECIDING)

    # Points, figures, jobs, keys

    POINTS_SEE = ("points.see", "查看积分", "See points, hours and stars. Own: one's own.", _ONESELF)
    FIGURES_SEE = ("figures.see", "查看年度统计", "See the year's figures and the rows behind them.", _OFFICERS)
    FIGURES_EXPORT = ("figures.export", "导出年度统计", "Have the year's workbook made, and fetch it.", _OFFICERS)
    # What stands in it is what each list lets them see; whether they still hold all that they held when they asked, the fetching asks.
    LIST_EXPORT = (
        "list.export",
        "导出列表",
        "Have a list made into a table just as one sees it, with its filters, and fetch that.",
        dict.fromkeys((*_OFFICERS, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN), Reach.ANYWHERE),
    )
    JOBS_OVERSEE = (
        "jobs.oversee",
        "查看任务",
        "See how all long work of the area goes, without its files.",
        {Role.SYSTEM_ADMIN: Reach.AREA},
    )
    # What happened lies in no area, and a delivery holds ids only.
    DELIVERY_SEE = (
        "delivery.see",
        "查看失败的投递",
        "See what failed of what follows by itself (points, figures, messages …): ids, kinds and numbers.",
        {Role.SYSTEM_ADMIN: Reach.ANYWHERE},
    )
    DELIVERY_RETRY = (
        "delivery.retry",
        "重试失败的投递",
        "Have it tried again at once.",
        {Role.SYSTEM_ADMIN: Reach.ANYWHERE},
    )
    KEYS_ROTATE = ("keys.rotate", "轮换密钥", "Seal personal data with another key: by `ejia` only.", _NOBODY)
    COMMAND_RUN = ("command.run", "运行命令", "Change the copy, or take data out of it, by `ejia`; who runs it says who they are.", _NOBODY)


OF_PEOPLE = frozenset(
    {
        Permission.NAME_READ,
        Permission.PERSON_SEE,
        Permission.PROXY_SEE,
        Permission.TEAM_MEMBERS_SEE,
        Permission.STAFF_SEE,
        Permission.REGISTRATION_SEE,
        Permission.BENEFICIARY_SEE,
        Permission.ATTENDANCE_SEE,
        Permission.RECORD_SEE,
        Permission.FIGURES_SEE,
        Permission.FIGURES_EXPORT,
        Permission.LIST_EXPORT,
    }
)
"""Who may see such lists reads about people: how many rows an account takes out of them in an hour is written down."""
