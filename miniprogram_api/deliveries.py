"""失败的投递: what failed of what follows by itself: seen and tried again by the system administrator."""

from dataclasses import asdict

from backend.deliveries import queries, words
from backend.deliveries.service import retry_failed
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.deliveries import Line
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.deliveries import DeliveryRetriedOut, FailedDeliveryOut
from web.edge import reads, writes
from web.inputs.deliveries import DeliveryRetryIn, FailedDeliveriesQuery

bp = Resource("deliveries", tag="安全与审计")


@bp.get("/failed-deliveries")
@reads
@bp.input(FailedDeliveriesQuery, location="query")
@bp.output(Page[FailedDeliveryOut])
@bp.doc(
    summary="失败的投递",
    description="由系统管理员查看：已经发生、积分统计消息等后续处理没有做成的事，旧的在前。系统隔一段时间自行重试，最长十分钟，什么都不会丢。",
)
def list_failed_deliveries(actor: Actor, query: FailedDeliveriesQuery) -> paging.Page[FailedDeliveryOut]:
    found = queries.failed_deliveries(actor, query.consumer, for_me=query.for_me, now=clock.now(), page=query.page)
    return found.map(_shown)


@bp.post("/failed-deliveries/retry")
@writes
@bp.input(DeliveryRetryIn)
@bp.output(DeliveryRetriedOut)
@bp.doc(summary="立即重试", description="由系统管理员在排除原因以后办理：一个事件的、一项处理的，或者全部。重试随时可以，不会重复处理。")
def retry_deliveries(actor: Actor, body: DeliveryRetryIn) -> DeliveryRetriedOut:
    return DeliveryRetriedOut(number=retry_failed(actor, body.consumer, body.event_id, now=clock.now()))


def _shown(line: Line) -> FailedDeliveryOut:
    said = {"affects": words.hearer(line.consumer), "about": words.subject(line.name), "reason": words.reason(line.last_error)}
    return FailedDeliveryOut(**asdict(line), **said)
