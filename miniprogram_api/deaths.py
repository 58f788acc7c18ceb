"""去世登记: reported with papers on the desk, confirmed by a second officer, undone where it was a mistake."""

from uuid import UUID

from backend.deaths import queries
from backend.deaths import service as deaths
from backend.deaths.queries import DeathLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.paging import Page as Lines
from backend.foundation.refusals import never
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.deaths import DeathOut
from web.edge import creates, reads, writes
from web.inputs.common import ReasonIn
from web.inputs.deaths import DeathIn, DeathQuery
from web.lists import deaths_listed

bp = Resource("deaths", tag="去世登记")


@bp.post("/people/<uuid:person_id>/deaths")
@creates
@bp.input(DeathIn)
@bp.output(DeathOut, status_code=201)
@bp.doc(
    summary="登记去世",
    description="见到证明后，由社区或街道工作人员填写去世日期；另一位工作人员核对后生效，此前没有任何变化。不能办理本人的；担任职务的，由其上级办理。",
)
@never(Missing, because="of the reading: it shows what was made just now")
def report_death(actor: Actor, person_id: UUID, body: DeathIn) -> DeathLine:
    return queries.death(actor, deaths.report_death(actor, person_id, body.reported(), now=clock.now()))


@bp.get("/deaths")
@reads
@bp.input(DeathQuery, location="query")
@bp.output(Page[DeathOut])
@bp.doc(summary="去世登记", description="工作人员看到自己范围内居民的。")
def list_deaths(actor: Actor, query: DeathQuery) -> Lines[DeathLine]:
    return deaths_listed(actor, query, clock.now())


@bp.get("/deaths/<uuid:death_id>")
@reads
@bp.output(DeathOut)
@bp.doc(summary="一份去世登记")
def see_death(actor: Actor, death_id: UUID) -> DeathLine:
    return queries.death(actor, death_id)


@bp.post("/deaths/<uuid:death_id>/confirmation")
@writes
@bp.output(DeathOut)
@bp.doc(
    summary="核对并同意去世登记",
    description="由另一位工作人员核对证明后同意，其职务不能是经办人授予的；随即生效：账号不能再登录，职务、角色、同意、监护和代办结束，"
    "名额、报到、申请和邀请随之收回，为其上门的服务取消并告知认领的队伍，服务对象登记以“去世”结束。以往的服务、积分和统计不变。",
)
def confirm_death(actor: Actor, death_id: UUID) -> DeathLine:
    deaths.confirm_death(actor, death_id, now=clock.now())
    return queries.death(actor, death_id)


@bp.post("/deaths/<uuid:death_id>/return")
@writes
@bp.input(ReasonIn)
@bp.output(DeathOut)
@bp.doc(summary="退回去世登记", description="由工作人员退回，也可以退回自己提出的。")
def return_death(actor: Actor, death_id: UUID, body: ReasonIn) -> DeathLine:
    deaths.return_death(actor, death_id, reason=body.reason, now=clock.now())
    return queries.death(actor, death_id)


@bp.post("/deaths/<uuid:death_id>/undoing")
@writes
@bp.input(ReasonIn)
@bp.output(DeathOut)
@bp.doc(
    summary="撤销有误的去世登记",
    description="由同意登记的人以外的另一位工作人员撤销。已结束的不自动恢复：本人带身份证到社区，重新同意后还是原来的人，编号和以往的记录都在。",
)
def undo_death(actor: Actor, death_id: UUID, body: ReasonIn) -> DeathLine:
    deaths.undo_death(actor, death_id, reason=body.reason, now=clock.now())
    return queries.death(actor, death_id)
