"""个人档案: a person's whole record in one place, for the officer and for themselves."""

from uuid import UUID

from backend.dossiers.queries import dossier
from backend.foundation import clock
from backend.foundation.actor import Actor
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.dossiers import DossierOut, dossier_out
from web.edge import reads

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
