"""What somebody may do with acting for another as it stands now: asked once by whoever shows it."""

from enum import StrEnum
from uuid import UUID

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.errors import Forbidden
from backend.proxies.models import Proxy
from backend.proxies.service import OwnProxy, ProxyOver, is_allowed, known_proxy


class ProxyCommand(StrEnum):
    """What is done with it."""

    RECORD = "record"
    RENEW = "renew"
    END = "end"


def may_record(viewer: Actor) -> bool:
    """Whether the viewer may be able to record that somebody acts for another, in some area."""
    return policy.could_by_area(viewer, Permission.PROXY_GRANT)


def require_may_record(viewer: Actor) -> None:
    """Let pass who may be able to. Raises Forbidden."""
    if not may_record(viewer):
        raise Forbidden(policy.who_may(Permission.PROXY_GRANT))


def commands_on_proxy(viewer: Actor, fact_id: UUID) -> Found[ProxyCommand]:
    """What the viewer may do with it, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_proxy(viewer, fact_id))


def require_proxy_command(viewer: Actor, fact_id: UUID, command: ProxyCommand, *, refused: bool) -> None:
    """Let pass who may do this with it now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    seen = known_proxy(viewer, fact_id)
    if not _has_right(viewer, seen, command):
        raise Forbidden(policy.who_may(_BY[command]))
    refusal = _commands_on(viewer, seen).get(command, ProxyOver)
    if refusal is not None and not refused:
        raise refusal


_BY = {ProxyCommand.RENEW: Permission.PROXY_GRANT, ProxyCommand.END: Permission.PROXY_END}


def _commands_on(viewer: Actor, seen: Proxy) -> Found[ProxyCommand]:
    if seen.ended_at is not None:
        return {}
    is_own = viewer.person_id is not None and viewer.person_id in (seen.person_id, seen.proxy_person_id)
    in_the_way = {ProxyCommand.RENEW: OwnProxy if is_own else None, ProxyCommand.END: None}
    return {command: refusal for command, refusal in in_the_way.items() if _has_right(viewer, seen, command)}


def _has_right(viewer: Actor, seen: Proxy, command: ProxyCommand) -> bool:
    if command is ProxyCommand.RENEW:
        return policy.allows(viewer, Permission.PROXY_GRANT, Scope(area_path=seen.area_path))
    return is_allowed(viewer, _BY[command], seen)
