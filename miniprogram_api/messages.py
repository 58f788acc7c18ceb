"""One's own inbox: what one was told, what of it is unread, and what waits."""

from uuid import UUID

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.messages import queries
from backend.messages import service as messages
from backend.messages.queries import InboxCount, MessageLine
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.messages import InboxCountOut, MessageOut
from web.edge import reads, writes
from web.inputs.messages import MessagesQuery, ReadingsIn

bp = Resource("messages", tag="消息")


@bp.get("/me/messages")
@reads
@bp.input(MessagesQuery, location="query")
@bp.output(Page[MessageOut])
@bp.doc(summary="我的消息", description="默认最新的在前，保存一年。因职务收到的，不再任职后看不到。")
def list_own_messages(actor: Actor, query: MessagesQuery) -> Lines[MessageLine]:
    return queries.own_messages(actor, query.search, sort=query.sort, page=query.page)


@bp.get("/me/messages/count")
@reads
@bp.output(InboxCountOut)
@bp.doc(summary="未读和等待办理的数目")
def see_message_count(actor: Actor) -> InboxCount:
    return queries.own_count(actor)


@bp.post("/me/messages/<uuid:message_id>/reading")
@writes
@bp.output(None)
@bp.doc(summary="标为已读")
def mark_message_read(actor: Actor, message_id: UUID) -> None:
    messages.mark_read(actor, message_id, now=clock.now())


@bp.post("/me/messages/readings")
@writes
@bp.input(ReadingsIn)
@bp.output(None)
@bp.doc(summary="全部标为已读", description="到给出的一条为止。")
def mark_messages_read(actor: Actor, body: ReadingsIn) -> None:
    messages.mark_read_up_to(actor, body.up_to, now=clock.now())
