"""Of accounts: their ways in, the offices they hold, and who read the data of whose they are."""

from sqlalchemy import Select

from backend.accounts.events import LoginAdded, PasswordReset, RoleGranted, RoleWithdrawn
from backend.accounts.models import Login, RoleGrant
from backend.accounts.policy import Permission
from backend.foundation.database import Column
from backend.messages.occasions.occasion import About, Guardians, Holder, Occasion, rows_of, whose
from backend.reveals.events import DataRevealed
from backend.reveals.models import Reveal

_LOGINS = rows_of(subject_id=Login.id, about_id=Login.id, account_id=Login.account_id)
_REVEALS = rows_of(
    subject_id=Reveal.id,
    about_id=Reveal.id,
    area_path=Reveal.area_path,
    role=Reveal.role,
    person_id=Reveal.person_id,
    by_account_id=Reveal.account_id,
)


def _grants(by: Column) -> Select[*tuple[object, ...]]:
    return rows_of(
        subject_id=RoleGrant.id,
        about_id=RoleGrant.id,
        area_path=RoleGrant.area_path,
        role=RoleGrant.role,
        account_id=RoleGrant.account_id,
        by_account_id=by,
    )


OCCASIONS = (
    Occasion(LoginAdded, "holder", About.LOGIN, Holder(), _LOGINS),
    Occasion(PasswordReset, "holder", About.LOGIN, Holder(), _LOGINS),
    Occasion(RoleGranted, "holder", About.ROLE_GRANT, Holder(), _grants(RoleGrant.granted_by)),
    Occasion(RoleWithdrawn, "holder", About.ROLE_GRANT, Holder(), _grants(RoleGrant.withdrawn_by)),
    Occasion(DataRevealed, "person", About.REVEAL, whose(Permission.PERSON_SEE), _REVEALS),
    Occasion(DataRevealed, "guardian", About.REVEAL, Guardians(), _REVEALS),
)
