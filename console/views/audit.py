"""审计: who did what to what, and how it ended. By numbers only: nobody's data stands in this log."""

from uuid import UUID

from flask import Blueprint, Response

from backend.accounts import queries
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.audit import Detail
from console.addresses import AUDIT
from console.drawing import draw
from console.listing import NOTHING, list_reader
from console.places import AUDITED
from web.edge import reads
from web.inputs.audit import AuditDaysQuery
from web.labels import LABELS, label_of
from web.lists import audit_entries_listed

bp = Blueprint("console_audit", __name__)

_ROLES = {role.value: role.chinese for role in Role}
_DETAILS = {
    "area_path": "区域代码",
    "browser": "浏览器",
    "command": "命令",
    "decision": "决定",
    "grant": "任职编号",
    "lines": "行数",
    "logins_ended": "取消的登录方式",
    "members": "队员数",
    "network": "网络",
    "of_account": "所查账号",
    "on_behalf_of": "代谁办理",
    "party": "认领方",
    "people": "人数",
    "registrations": "报到数",
    "route": "地址",
    "scope": "范围",
    "sessions": "结束的登录",
    "staff": "工作人员数",
    "step": "步骤",
    "system": "系统",
    "volunteers": "志愿者数",
}
"""What the details of an entry are called that nobody fills in."""
_asked = list_reader(AuditDaysQuery)


@bp.get(AUDIT)
@reads
def audit_page(actor: Actor) -> Response:
    asked = _asked()
    found = NOTHING
    if asked.refusal is None:
        found = audit_entries_listed(actor, asked.query, clock.now())
    return draw(
        "audit/audit.html",
        viewer=actor,
        place=AUDITED,
        found=found,
        acts=queries.ACTS,
        told=_told,
        end_of=_end_of,
        **asked.shown,
    )


def _told(name: str, value: Detail) -> str:
    """A detail as people read it: what it is called, a role by its name, what lies where by what that is."""
    called = _DETAILS.get(name) or label_of(name)
    if not isinstance(value, str):
        return f"{called}：{value}"
    kind, lies_in, thing = value.partition(":")
    where = _DETAILS.get(kind) or LABELS.get(kind)
    return f"{called}：{where}{thing}" if lies_in and where else f"{called}：{_ROLES.get(value, value)}"


def _end_of(thing: UUID) -> str:
    """By what one number is told from another in a list: its end, which is drawn at random."""
    return thing.hex[-8:]
