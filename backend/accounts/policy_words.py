"""The table of policy in words: what each role, reach and permission is called, and what it allows. docs/policy.md is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.accounts.policy import Permission, Reach
from backend.foundation.actor import Role


@dataclass(frozen=True, slots=True)
class Words:
    """The Chinese name, and a sentence on what it means."""

    name: str
    sentence: str


ROLES: Mapping[Role, Words] = {
    Role.RESIDENT: Words("居民", "Every account, without a grant."),
    Role.VOLUNTEER: Words("志愿者", "Registered with a 志愿者编号; the grant names the person."),
    Role.TEAM_LEADER: Words("队长", "Leads one team; comes and goes with the team's life."),
    Role.ORGANISATION_STAFF: Words("社会组织工作人员", "Acts for one organisation; its officer (负责人) is one of them."),
    Role.WORK_UNIT_OFFICER: Words("单位联络员", "Speaks for one work unit."),
    Role.PARTY_MEMBER: Words("报到党员", "A serving Party member whose registration a community accepted; reaches that community."),
    Role.GRID_WORKER: Words("网格员", "Knows the people of a grid or a whole community."),
    Role.COMMUNITY_OFFICER: Words("社区工作人员", "Decides in one community."),
    Role.STREET_OFFICER: Words("街道工作人员", "Decides in the communities of one street."),
    Role.DISTRICT_OFFICER: Words("区工作人员", "Sees the streets of one district, and decides on nothing but offices and work units."),
    Role.PROXY: Words("代理人", "Acts for one elder without a phone, for a term; what is done is recorded as theirs."),
    Role.SYSTEM_ADMIN: Words("系统管理员", "Sees that the copy runs; sees no personal data."),
    Role.SECURITY_ADMIN: Words("安全管理员", "Appoints officers and releases locked log-ins; sees no personal data."),
    Role.AUDIT_ADMIN: Words("审计管理员", "Reads the audit log; sees no personal data."),
}

REACHES: Mapping[Reach, Words] = {
    Reach.ANYWHERE: Words("不限", "The role is enough, wherever the subject lies."),
    Reach.AREA: Words("辖区", "The subject lies in the area of the grant or below it."),
    Reach.COMMUNITY: Words("社区", "The subject lies in the community that the grant's grid is part of."),
    Reach.TEAM: Words("本队", "The subject belongs to the team of the grant, or a claim of that team makes it concern them."),
    Reach.ORGANISATION: Words("本组织", "The subject belongs to the organisation of the grant, or a claim of it makes it concern them."),
    Reach.WORK_UNIT: Words("本单位", "The subject belongs to the work unit of the grant, or a claim of it makes it concern them."),
    Reach.PERSON: Words("所代理的人", "The subject is the person whom the grant names."),
    Reach.OWN: Words("本人", "The subject is the person's own; whose it is, the sentence of the permission says."),
}

PERMISSIONS: Mapping[Permission, Words] = {
    Permission.ACCOUNT_LOG_IN: Words("登录", "Log in by WeChat, or by name and password."),
    Permission.ACCOUNT_CREATE: Words("建立账号", "Open a log-in by name and password for a new colleague, in an office below one's own."),
    Permission.ACCOUNT_MERGE: Words("合并账号", "Join two accounts of one person, all of whose offices lie below one's own."),
    Permission.ACCOUNT_MERGE_OWN: Words("合并自己的账号", "Join two accounts that are both proved to be one's own."),
    Permission.RECOVERY_APPLY: Words("申请找回账号", "Ask for one's account back with a new WeChat or phone, by proving who one is."),
    Permission.RECOVERY_SEE: Words("查看找回申请", "See such an application. Own: of whose account is asked for."),
    Permission.RECOVERY_REVIEW: Words("审核找回申请", "Confirm such an application; of who holds an office, by those above it."),
    Permission.RECOVERY_REFUSE: Words("拒绝找回申请", "Refuse it. Own: of whose account is asked for."),
    Permission.SESSION_SEE: Words("查看登录", "See where one's own account is logged in."),
    Permission.SESSION_END: Words("结束登录", "End log-ins of one's own account."),
    Permission.PASSWORD_CHANGE: Words("修改密码", "Change one's own password."),
    Permission.PASSWORD_RESET: Words("重置密码", "Give a colleague whose offices all lie below one's own a new initial password."),
    Permission.ROLE_GRANT: Words("授予角色", "Appoint an officer or a grid worker, or change the term; nobody their own."),
    Permission.ROLE_WITHDRAW: Words("收回角色", "Dismiss an officer or a grid worker with a reason; nobody themselves."),
    Permission.ROLE_SEE: Words("查看任职", "See who holds an office, and until when."),
    Permission.ADMINISTRATOR_GRANT: Words("任命三员", "Appoint or dismiss one of the three administrators: by `ejia` only."),
    Permission.LOCKOUT_SEE: Words("查看锁定", "See which office holders' log-ins are locked after wrong passwords."),
    Permission.LOCKOUT_LIFT: Words("解除锁定", "Let such a log-in try again at once."),
    Permission.AUDIT_SEE: Words("查看审计", "Read the audit log: ids, codes and numbers; reading it is written down, too."),
    Permission.PERSON_REGISTER: Words("实名登记", "Register oneself as a person, or as a volunteer."),
    Permission.PERSON_SEE: Words("查看志愿者", "See somebody in a list, masked. Own: oneself."),
    Permission.PERSON_REVEAL: Words(
        "查看个人信息原文", "Read a person's data in clear, for a purpose; written down, and shown to the person."
    ),
    Permission.MINOR_REVEAL: Words("查看未成年人信息原文", "The same of a minor."),
    Permission.PHONE_SET: Words("登记手机号", "Give the phone number that WeChat knows. Own: one's own."),
    Permission.PROXY_GRANT: Words("设立代理", "Let somebody act for an elder without a phone, for a term."),
    Permission.PROXY_SEE: Words("查看代理", "See who acts for whom. Own: of who is acted for, and of the proxy."),
    Permission.PROXY_END: Words("结束代理", "End it. Own: of who is acted for, and of the proxy."),
    Permission.VOLUNTEER_LEAVE: Words("退出志愿者", "End the registration as volunteer. Own: one's own."),
    Permission.CONSENT_CHANGE: Words("同意与撤回", "Agree to a notice anew, or take a consent back. Own: one's own."),
    Permission.GUARDIANSHIP_STATE: Words("登记监护人同意", "Take a guardian's word for a minor down. Own: of who is the guardian."),
    Permission.GUARDIANSHIP_END: Words("撤回监护人同意", "Renew the word, or take it back. Own: of who is the guardian."),
    Permission.TEAM_APPLY: Words("申请建队", "Apply for a team, to lead it."),
    Permission.TEAM_AMEND: Words("修改建队申请", "Send a returned application again. Own: of who applied."),
    Permission.TEAM_SEE: Words(
        "查看未成立的队伍", "See a team that is not active. Own: of who applied or led. Active ones everybody sees."
    ),
    Permission.TEAM_REVIEW: Words("审核队伍", "Accept, return or dissolve a team."),
    Permission.TEAM_LEAD: Words("管理队员", "Take members in, refuse and remove them."),
    Permission.TEAM_JOIN: Words("申请入队", "Ask to join a team."),
    Permission.TEAM_LEAVE: Words("退队", "Leave a team, or take the wish to join back. Own: one's own."),
    Permission.TEAM_HAND_OVER: Words("更换队长", "Name the next leader. Own: of who leads."),
    Permission.TEAM_MEMBERS_SEE: Words("查看队员", "See members and wishes to join, masked."),
    Permission.ORGANISATION_APPLY: Words("申请登记社会组织", "Apply for an organisation, to be its officer."),
    Permission.ORGANISATION_AMEND: Words("修改登记申请", "Send a returned application again. Own: of who applied."),
    Permission.ORGANISATION_SEE: Words(
        "查看未登记的社会组织", "See an organisation that is not verified. Own: of its officer. Verified ones everybody sees."
    ),
    Permission.ORGANISATION_REVIEW: Words("审核社会组织", "Verify, return or end an organisation."),
    Permission.ORGANISATION_HAND_OVER: Words("更换负责人", "Name the next officer. Own: of the present one."),
    Permission.STAFF_CHANGE: Words("管理工作人员", "Add and remove staff. Own: of the organisation's officer."),
    Permission.STAFF_LEAVE: Words("离开社会组织", "Act for an organisation no longer. Own: oneself."),
    Permission.STAFF_SEE: Words("查看工作人员", "See who acts for an organisation, masked."),
    Permission.REGISTRATION_APPLY: Words("申请报到", "Ask a community to be taken in as a serving Party member."),
    Permission.REGISTRATION_SEE: Words("查看报到", "See a registration. Own: of the member."),
    Permission.REGISTRATION_REVIEW: Words("审核报到", "Accept or return a registration; nobody their own."),
    Permission.REGISTRATION_WITHDRAW: Words("撤回报到", "Take an application back before it is decided. Own: of the member."),
    Permission.REGISTRATION_END: Words("结束报到", "End an accepted registration. Own: of the member."),
    Permission.WORK_UNIT_ADD: Words("添加单位", "Add a work unit; it lies in no area."),
    Permission.DEMAND_SUBMIT: Words("提交需求", "Ask for a service. By area: for others, or for nobody in particular. Own: for oneself."),
    Permission.DEMAND_BROWSE: Words("浏览需求", "See what is published."),
    Permission.DEMAND_SEE: Words("查看需求详情", "See what is not published, and the details of what is. Own: of who asked."),
    Permission.DEMAND_REVIEW: Words("审核需求", "Publish or return a demand."),
    Permission.DEMAND_WITHDRAW: Words("撤回需求", "Take a demand back while it waits. Own: of who asked; grid workers what is nobody's."),
    Permission.DEMAND_CANCEL: Words("取消需求", "Call off what is published."),
    Permission.DEMAND_COMPLETE: Words("办结需求", "Close a demand after a confirmed service. Own: of who asked."),
    Permission.BENEFICIARY_ADD: Words("登记服务对象", "Put somebody on record who is to be visited."),
    Permission.BENEFICIARY_SEE: Words(
        "查看服务对象", "See who is visited; address and phone in clear only while a claim is held. Own: of who holds one."
    ),
    Permission.BENEFICIARY_REVEAL: Words(
        "查看服务对象原文", "Read address and phone of who is visited in clear, for a purpose; written down."
    ),
    Permission.PLACE_CLAIM: Words("认领", "Take a place: for the team, the organisation, the unit, or as a registered Party member."),
    Permission.PLACE_RELEASE: Words("取消认领", "Give a place back. Own: of who claimed as a person."),
    Permission.CLAIM_SEE: Words("查看认领", "See a claim. Own: of who claimed as a person, and of who asked for the service."),
    Permission.SHIFT_PLAN: Words("安排场次", "Plan a shift; it comes with the publication of a demand."),
    Permission.SHIFT_CANCEL: Words("取消场次", "Call off a shift at which nobody signed in."),
    Permission.SHIFT_CLOSE: Words("关闭场次", "Close attendances that nobody signed out of: by the clock only."),
    Permission.CODE_SHOW: Words(
        "出示签到码", "Show the code at the place. Own: of who asked, and of the officer of a claiming organisation."
    ),
    Permission.SHIFT_SIGN: Words("签到签退", "Sign in and out. Own: oneself."),
    Permission.SHIFT_SEE: Words(
        "查看场次", "See a shift. Own: of who asked, of the officer of a claiming organisation, and of who claimed."
    ),
    Permission.ATTENDANCE_SEE: Words(
        "查看签到", "See who signed in, masked. Own: of who served, of who asked, and of the officer of the organisation served for."
    ),
    Permission.RECORD_SEE: Words(
        "查看服务记录", "See a service record and its corrections. Own: of who served, of who asked, and of the officer served for."
    ),
    Permission.RECORD_ADD: Words("补录服务", "Add a record by one's word; somebody else confirms it."),
    Permission.RECORD_CORRECT: Words("更正服务记录", "Correct or withdraw a record; nobody their own."),
    Permission.SERVICE_CONFIRM: Words(
        "确认服务", "Let a record count. Own: of who asked. Nobody their own, nor that of one whom they lead."
    ),
    Permission.CONFIRMATION_WITHDRAW: Words("撤销确认", "Take a confirmation back."),
    Permission.POINTS_SEE: Words("查看积分", "See points, hours and stars. Own: one's own."),
    Permission.FIGURES_SEE: Words("查看年度统计", "See the year's figures and the rows behind them."),
    Permission.FIGURES_EXPORT: Words("导出年度统计", "Have the year's workbook made, and fetch it."),
    Permission.JOB_SEE: Words(
        "查看自己的任务", "See long work that one asked for, fetch its file, call it off: by its asker, whatever their roles."
    ),
    Permission.JOBS_OVERSEE: Words("查看任务", "See how all long work of the area goes, without its files."),
    Permission.KEYS_ROTATE: Words("轮换密钥", "Seal personal data with another key: by `ejia` only."),
}
