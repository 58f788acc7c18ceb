"""个人档案: a person's whole record in one place, for the officer and for themselves."""

from uuid import UUID

from backend.dossiers.lookups import Found, find_by_number
from backend.dossiers.queries import dossier
from backend.foundation import clock
from backend.foundation.actor import Actor
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.dossiers import DossierOut, FoundOut, dossier_out
from web.edge import reads, writes
from web.inputs.dossiers import LookupIn

bp = Resource("dossiers", tag="实名与志愿者")


@bp.get("/people/<uuid:person_id>/record")
@reads
@bp.output(DossierOut)
@bp.doc(
    summary="个人档案",
    description="基本信息（隐去部分文字）、担任的角色和所在队伍、每年的服务、星级、待办事项，以及同意、查看、更正的情况。"
    "社区、街道看到居住在本辖区的人，本人看到自己的；未成年人的由街道查看。每次打开都留有记录。",
)
def see_person_record(actor: Actor, person_id: UUID) -> DossierOut:
    return dossier_out(dossier(actor, person_id, now=clock.now()))


@bp.post("/people/lookups")
@writes
@bp.input(LookupIn)
@bp.output(FoundOut)
@bp.doc(
    summary="按身份证号或者电话查找",
    description="号码须完整；写在请求的内容里，不写在地址里。社区、街道查本辖区的居民（志愿者、队员、报到党员都在内）；"
    "本社区工作人员还查到服务对象：按电话，或者按已对应到居民的身份证号。未满 18 周岁的由街道查。"
    "查不到和不在本辖区，答复相同。每次都留有记录，每天次数有限。",
)
def find_by_whole_number(actor: Actor, body: LookupIn) -> Found:
    return find_by_number(actor, body.kind, body.number, now=clock.now())
