"""Of accounts: their ways in, the offices they hold, and who read the data of whose they are."""

from sqlalchemy import Exists, Select

from backend.accounts.events import (
    LoginAdded,
    PasskeyAdded,
    PasskeyCopied,
    PasskeyEnded,
    PasswordReset,
    RecoveryCodeUsed,
    RoleAccepted,
    RoleDeclined,
    RoleGranted,
    RoleOffered,
    RoleProposed,
    RoleWithdrawn,
    SecondFactorGuessed,
    SecondFactorRemoved,
    SecondFactorSet,
)
from backend.accounts.models import Account, GrantStep, Login, RoleGrant
from backend.accounts.policy import Permission
from backend.foundation.database import Column
from backend.messages.occasions.occasion import About, Guardians, Holder, Occasion, office, rows_of, while_there_is, whose
from backend.own_data.events import OwnDataCopied
from backend.reveals.events import DataRevealed
from backend.reveals.models import Reveal

_COPIES = rows_of(subject_id=Account.id, about_id=Account.person_id, account_id=Account.id)
_LOGINS = rows_of(subject_id=Login.id, about_id=Login.id, account_id=Login.account_id)
_REVEALS = rows_of(
    subject_id=Reveal.id,
    about_id=Reveal.id,
    area_path=Reveal.area_path,
    role=Reveal.role,
    person_id=Reveal.person_id,
    by_account_id=Reveal.account_id,
)


def _grants(by: Column, *, of: Column = RoleGrant.account_id) -> Select[*tuple[object, ...]]:
    return rows_of(
        subject_id=RoleGrant.id,
        about_id=RoleGrant.id,
        area_path=RoleGrant.area_path,
        role=RoleGrant.role,
        account_id=of,
        by_account_id=by,
    )


def _while_waiting(step: GrantStep) -> Exists:
    return while_there_is(RoleGrant.id, RoleGrant.waits_for == step, RoleGrant.withdrawn_at.is_(None))


OCCASIONS = (
    Occasion(OwnDataCopied, "holder", About.PERSON, Holder(), _COPIES),
    Occasion(LoginAdded, "holder", About.LOGIN, Holder(), _LOGINS),
    *(
        Occasion(event, "holder", About.LOGIN, Holder(), _LOGINS)
        for event in (
            PasswordReset,
            SecondFactorSet,
            SecondFactorRemoved,
            SecondFactorGuessed,
            RecoveryCodeUsed,
            PasskeyAdded,
            PasskeyEnded,
            PasskeyCopied,
        )
    ),
    Occasion(
        RoleProposed,
        "community",
        About.ROLE_GRANT,
        office(Permission.ROLE_APPROVE),
        _grants(RoleGrant.granted_by),
        waits=_while_waiting(GrantStep.APPROVAL),
    ),
    Occasion(RoleOffered, "holder", About.ROLE_GRANT, Holder(), _grants(RoleGrant.granted_by), waits=_while_waiting(GrantStep.ACCEPTANCE)),
    *(
        Occasion(event, "granter", About.ROLE_GRANT, Holder(), _grants(RoleGrant.account_id, of=RoleGrant.granted_by))
        for event in (RoleAccepted, RoleDeclined)
    ),
    Occasion(RoleGranted, "holder", About.ROLE_GRANT, Holder(), _grants(RoleGrant.granted_by)),
    Occasion(RoleWithdrawn, "holder", About.ROLE_GRANT, Holder(), _grants(RoleGrant.withdrawn_by).where(RoleGrant.waits_for.is_(None))),
    Occasion(DataRevealed, "person", About.REVEAL, whose(Permission.PERSON_SEE), _REVEALS),
    Occasion(DataRevealed, "guardian", About.REVEAL, Guardians(), _REVEALS),
)
