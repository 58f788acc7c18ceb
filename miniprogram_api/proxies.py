"""代办: who acts for whom, recorded and ended by the community, ended by both."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never
from backend.proxies import queries
from backend.proxies import service as proxies
from backend.proxies.queries import ProxyLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.proxies import ProxyOut
from web.edge import creates, reads, writes
from web.inputs.common import MaybeReasonIn
from web.inputs.proxies import ProxyIn, ProxyQuery, RenewalIn
from web.lists import proxies_listed

bp = Resource("proxies", tag="代办")


@bp.post("/proxies")
@creates
@bp.input(ProxyIn)
@bp.output(ProxyOut, status_code=201)
@bp.doc(
    summary="登记代办",
    description="社区工作人员或网格员当面核对双方身份证和被代办人签字的授权书后登记。被代办人可以没有手机；代办人须已用自己的手机实名登记。",
)
@never(Missing, because="it shows what was made just now")
def record_proxy(actor: Actor, body: ProxyIn) -> ProxyLine:
    now = clock.now()
    return queries.proxy(actor, proxies.record_proxy(actor, body.wanted(), now=now).fact_id, now=now)


@bp.get("/proxies")
@reads
@bp.input(ProxyQuery, location="query")
@bp.output(Page[ProxyOut])
@bp.doc(summary="代办名单", description="工作人员看到自己范围内的；其他人看到替自己代办的和自己代办的。")
def list_proxies(actor: Actor, query: ProxyQuery) -> Lines[ProxyLine]:
    return proxies_listed(actor, query, clock.now())


@bp.get("/proxies/<uuid:proxy_id>")
@reads
@bp.output(ProxyOut)
@bp.doc(summary="一项代办")
def see_proxy(actor: Actor, proxy_id: UUID) -> ProxyLine:
    return queries.proxy(actor, proxy_id, now=clock.now())


@bp.post("/proxies/<uuid:proxy_id>/renewal")
@writes
@bp.input(RenewalIn)
@bp.output(ProxyOut)
@bp.doc(summary="续期", description="须由被代办人重新同意，由社区工作人员或网格员登记。")
def renew_proxy(actor: Actor, proxy_id: UUID, body: RenewalIn) -> ProxyLine:
    now = clock.now()
    proxies.renew_proxy(actor, proxy_id, ends_on=body.ends_on, now=now)
    return queries.proxy(actor, proxy_id, now=now)


@bp.post("/proxies/<uuid:proxy_id>/ending")
@writes
@bp.input(MaybeReasonIn)
@bp.output(ProxyOut)
@bp.doc(summary="结束代办", description="被代办人、代办人和社区随时可以结束，立即生效。")
def end_proxy(actor: Actor, proxy_id: UUID, body: MaybeReasonIn) -> ProxyLine:
    now = clock.now()
    proxies.end_proxy(actor, proxy_id, reason=body.reason, now=now)
    return queries.proxy(actor, proxy_id, now=now)
