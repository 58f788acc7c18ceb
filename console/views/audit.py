"""审计: who did what to what, and how it ended. By numbers only: nobody's data stands in this log."""

from uuid import UUID

from flask import Blueprint, Response

from backend.accounts import queries
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from console.addresses import AUDIT
from console.drawing import draw
from console.listing import NOTHING, list_reader
from console.places import AUDITED
from web.edge import reads
from web.inputs.audit import AuditDaysQuery

bp = Blueprint("console_audit", __name__)

_ROLES = {role.value: role.chinese for role in Role}
_asked = list_reader(AuditDaysQuery)


@bp.get(AUDIT)
@reads
def audit_page(actor: Actor) -> Response:
    asked = _asked()
    found = NOTHING
    if asked.refusal is None:
        found = queries.audit_entries(actor, asked.query.search, now=clock.now(), page=asked.query.page)
    return draw(
        "audit/audit.html",
        viewer=actor,
        place=AUDITED,
        found=found,
        acts=queries.ACTS,
        role_of=_role_of,
        end_of=_end_of,
        **asked.shown,
    )


def _role_of(value: object) -> object:
    """A detail as people read it: a role by its name."""
    return _ROLES.get(value, value) if isinstance(value, str) else value


def _end_of(thing: UUID) -> str:
    """By what one number is told from another in a list: its end, which is drawn at random."""
    return thing.hex[-8:]
