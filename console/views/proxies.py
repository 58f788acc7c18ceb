"""代办: who acts for an elder without a phone; recorded with both at the desk, renewed with consent anew, and ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.people import notices
from backend.people.notices import NoticeName
from backend.proxies import commands, queries, rules
from backend.proxies import service as proxies
from backend.proxies.commands import ProxyCommand
from backend.proxies.queries import ProxyLine, ProxyStatus
from console import things
from console.addresses import PROXIES
from console.asking import About, Asking, Doing, answered, ask, ask_again, one_of
from console.drawing import draw, made
from console.forms import Form, by_name
from console.listing import NOTHING, list_reader, with_filters
from console.places import ACTED_FOR
from web.edge import in_steps, reads
from web.inputs.common import MaybeReasonIn
from web.inputs.proxies import ProxyIn, ProxyQuery, RenewalIn
from web.lists import proxies_listed

bp = Blueprint("console_proxies", __name__)

TO_RENEW = with_filters(PROXIES, {"status": ProxyStatus.RUN_OUT.value, "for_me": "true"})
"""The list of what waits for the community."""
_NEW = f"{PROXIES}/new"
_PROXY = f"{PROXIES}/<uuid:proxy_id>"
_asked = list_reader(ProxyQuery)
_TWO = [f"{party}.{field}" for party in ("elder", "proxy") for field in ("name", "name_confirmed", "id_number")]
_RECORDING = Asking(
    ProxyCommand.RECORD,
    "登记代办",
    "双方带身份证到场，当面核对身份证和被代办人签字的授权书后填写。被代办人可以没有手机；代办人须已用自己的手机实名登记。",
    "登记",
    Form(ProxyIn, *_TWO, "community_id", "relation", "cause", "ends_on"),
)


def _renew(actor: Actor, proxy_id: UUID, sent: RenewalIn, now: datetime) -> None:
    proxies.renew_proxy(actor, proxy_id, ends_on=sent.ends_on, now=now)


def _end(actor: Actor, proxy_id: UUID, sent: MaybeReasonIn, now: datetime) -> None:
    proxies.end_proxy(actor, proxy_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[ProxyCommand]] = {
    "renewal": Doing(
        ProxyCommand.RENEW,
        "续期",
        "须由被代办人重新同意，并在授权书上签字。",
        "续期",
        Form(RenewalIn),
        _renew,
    ),
    "ending": Doing(
        ProxyCommand.END,
        "结束代办",
        "立即生效，代办人不能再替其办理。已经办理的不受影响。双方会收到消息。",
        "结束代办",
        Form(MaybeReasonIn),
        _end,
    ),
}
"""The end of its address → the command."""


@bp.get(PROXIES)
@reads
def proxies_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = proxies_listed(actor, query, now)
    return draw(
        "proxies/proxies.html",
        viewer=actor,
        place=ACTED_FOR,
        found=found,
        statuses=list(ProxyStatus),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        may_record=commands.may_record(actor),
        **asked.shown,
    )


@bp.get(_NEW)
@reads
def new_proxy_page(actor: Actor) -> Response:
    return ask(_RECORDING, _about_new(actor))


@bp.post(_NEW)
@in_steps
def submit_new_proxy(actor: Actor) -> Response:
    def record() -> str:
        recorded = proxies.record_proxy(actor, _RECORDING.form.read().wanted(), now=clock.now())
        return things.address_of(ACTED_FOR, recorded.fact_id)

    return made(record, again=lambda refusal: ask_again(_RECORDING, refusal, _about_new(actor)))


@bp.get(_PROXY)
@reads
def proxy_page(actor: Actor, proxy_id: UUID) -> Response:
    proxy = queries.proxy(actor, proxy_id, now=clock.now())
    shown: dict[str, Any] = {
        **things.head(actor, ACTED_FOR, proxy.id, called=_called(proxy), status=proxy.status, sides={}, side=things.FIRST),
        **things.offered(commands.commands_on_proxy(actor, proxy_id)),
        "proxy": proxy,
        "steps": NOTHING,
        "on_pages": _ASKED,
    }
    return draw("proxies/proxy.html", **shown)


@bp.get(f"{_PROXY}/<{one_of(_ASKED)}:step>")
@reads
def proxy_step_page(actor: Actor, proxy_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, proxy_id, _ASKED[step].command))


@bp.post(f"{_PROXY}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_proxy_step(actor: Actor, proxy_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, proxy_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, proxy_id), to=things.address_of(ACTED_FOR, proxy_id), about=about)


def _about(actor: Actor, proxy_id: UUID, command: ProxyCommand, *, refused: bool = False) -> About:
    commands.require_proxy_command(actor, proxy_id, command, refused=refused)
    proxy = queries.proxy(actor, proxy_id, now=clock.now())
    said = [f"现在的期限：{clock.day_of(proxy.ends_on)}"]
    return About(actor, ACTED_FOR, _called(proxy), things.address_of(ACTED_FOR, proxy_id), said)


def _about_new(actor: Actor) -> About:
    commands.require_may_record(actor)
    notice = notices.notice(NoticeName.PROXY)
    living = by_name(queries.communities_to_record_in(actor))
    return About(
        actor,
        ACTED_FOR,
        "登记代办",
        PROXIES,
        [f"填写前请被代办人先读《{notice.title}》{notice.version}版，并同意"],
        seen={"notice_version": notice.version},
        choices={"community_id": living, "relation": list(rules.relation_names().items())},
    )


def _called(proxy: ProxyLine) -> str:
    return f"{proxy.proxy.name}替{proxy.elder.name}代办"
