"""What people call who hears of what happened, what it happened to, and why it failed."""

from collections.abc import Mapping

HEARERS: Mapping[str, str] = {
    "attendance": "场次与签到",
    "corrections": "身份更正",
    "demands": "服务需求",
    "messages": "消息",
    "openings": "名额与认领",
    "organisations": "社会组织",
    "points": "积分",
    "registration": "双报到",
    "relocations": "迁居",
    "statistics": "年度统计",
    "teams": "志愿服务队",
}
"""Consumer → what is not up to date while it fails."""

SUBJECTS: Mapping[str, str] = {
    "account": "账号",
    "area": "区域",
    "arrangement": "约定",
    "attendance": "签到",
    "beneficiary": "服务对象",
    "community": "社区",
    "confirmation": "服务确认",
    "consent": "同意",
    "correction": "身份更正",
    "data": "查看个人信息",
    "death": "去世登记",
    "demand": "服务需求",
    "door_code": "门牌码",
    "guardian": "监护人",
    "guardianship": "监护登记",
    "home": "住址",
    "late_entry": "补录活动",
    "login": "登录方式",
    "membership": "队员",
    "opening": "名额",
    "organisation": "社会组织",
    "overdue": "超期情况",
    "own_data": "个人信息副本",
    "party_consent": "党员信息的同意",
    "party_member": "在职党员",
    "passkey": "通行密钥",
    "password": "密码",
    "person": "居民",
    "phone": "手机号",
    "place": "认领",
    "points": "积分",
    "proxy": "代办",
    "recovery": "找回账号",
    "recovery_code": "备用码",
    "registration": "党员报到",
    "relocation": "迁居",
    "role": "任职",
    "second_factor": "两步验证",
    "service": "服务记录",
    "shift": "场次",
    "staff": "组织工作人员",
    "team": "志愿服务队",
    "volunteer": "志愿者",
    "work_unit": "单位",
}
"""The first part of the name of an event → what it happened to."""

_REASONS: Mapping[str, str] = {
    "IntegrityError": "与数据库里已有的数据冲突",
    "DataError": "数据超出数据库允许的范围",
    "OperationalError": "数据库没有在规定时间内完成",
    "ProgrammingError": "数据库不认识这一操作，多为程序和数据库的版本不一致",
    "TimeoutError": "等待超时",
    "ConnectionError": "连不上所需的服务",
}


def hearer(consumer: str) -> str:
    """What is not up to date while a consumer fails."""
    return HEARERS.get(consumer, consumer)


def subject(event: str) -> str:
    """What an event happened to."""
    return SUBJECTS.get(event.partition(".")[0], "其他")


def reason(error: str | None) -> str:
    """Why a delivery failed, by the kind of the error; what no word fits is for who reads the log."""
    return _REASONS.get(error or "", "处理时程序出错")
