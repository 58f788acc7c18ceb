"""Who is logged in, and what concerns them."""

from backend.foundation.actor import Actor
from miniprogram_api.contract import Resource
from miniprogram_api.edge import reads
from miniprogram_api.schemas.auth import MeOut, RoleOut

bp = Resource("me", tag="我的")


@bp.get("/me")
@reads
@bp.output(MeOut)
@bp.doc(summary="我的账号与角色")
def me(actor: Actor) -> MeOut:
    roles = [RoleOut.model_validate(grant) for grant in actor.grants]
    return MeOut.model_validate({"account_id": actor.account_id, "person_id": actor.person_id, "roles": roles})
