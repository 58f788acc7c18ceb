"""Who is logged in, and what concerns them."""

from backend.foundation.actor import Actor
from backend.people import queries as people
from miniprogram_api.contract import Resource
from miniprogram_api.edge import reads
from miniprogram_api.schemas.auth import RoleOut
from miniprogram_api.schemas.me import MeOut

bp = Resource("me", tag="我的")


@bp.get("/me")
@reads
@bp.output(MeOut)
@bp.doc(summary="我的账号、身份与角色")
def me(actor: Actor) -> MeOut:
    card = people.own_card(actor.person_id) if actor.person_id is not None else None
    return MeOut.model_validate(
        {
            "account_id": actor.account_id,
            "person_id": actor.person_id,
            "roles": [RoleOut.model_validate(grant) for grant in actor.grants],
            "person": card and card.person,
            "volunteer": card and card.volunteer,
        }
    )
