"""Asking for a signature by a passkey beside the right password, and taking it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts import limits, relying_party
from backend.accounts.events import PasskeyCopied
from backend.accounts.models import Passkey
from backend.accounts.relying_party import Descriptor, NotSigned, credential_id_in
from backend.accounts.service.challenges import draw_challenge, take_challenge
from backend.foundation import outbox
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable

MOST_PASSKEYS = 10


class PasskeysOff(Conflict):
    """The copy was not told its address, to which devices bind their keys (EJIA_CONSOLE_ADDRESS)."""

    code: ClassVar[str] = "passkeys_off"
    detail = "本系统没有配置网址，暂不能使用通行密钥；请联系系统管理员，或使用验证器"


class PasskeyWrong(Unprocessable):
    """Not signed by a passkey of this log-in for this copy, or asked too long ago, or answered before. It counts towards the lockout."""

    code: ClassVar[str] = "passkey_wrong"
    detail = "通行密钥没有通过验证，或已超时；请再试一次，或改用动态码、备用码"

    def __init__(self) -> None:
        super().__init__(errors={"credential": [self.detail]})


class PasskeyCountedBack(PasskeyWrong):
    """The device counted back: two devices hold one key, and one of them is a copy."""

    code: ClassVar[str] = "passkey_counted_back"
    detail = "这个通行密钥的使用次数倒退，可能被复制，不能再用来登录；请改用动态码、备用码，登录后将它删除"


def site() -> relying_party.RelyingParty:
    """This copy as browsers know it. Raises PasskeysOff."""
    known = relying_party.current()
    if known.origin is None:
        raise PasskeysOff
    return known


def verifies_user() -> bool:
    """Whether the device must ask its holder for more than a touch."""
    return limits.current().passkeys.verify_user


def passkeys_of(login_id: UUID) -> list[Descriptor]:
    """By what devices find the passkeys of a log-in."""
    held = select(Passkey.credential_id, Passkey.transports).where(Passkey.login_id == login_id, Passkey.ended_at.is_(None))
    return [Descriptor(one.credential_id, one.transports) for one in db.session.execute(held.order_by(Passkey.id))]


def request_of(login_id: UUID, bound_to: bytes, *, now: datetime) -> str | None:
    """What a browser hands to the device, once; None where there is no passkey."""
    known = relying_party.current()
    held = passkeys_of(login_id) if known.origin is not None else []
    if not held:
        return None
    return known.request_options(draw_challenge(login_id, bound_to, now=now), held=held, verify_user=verifies_user())


def take_signature(login_id: UUID, credential: str, bound_to: bytes, *, now: datetime) -> PasskeyWrong | None:
    """Take what a passkey of the log-in signed when it was asked so, once; the log-in's row is held. Else what is wrong with it."""
    challenge = take_challenge(credential, login_id, bound_to, now=now)
    key = _key_named(login_id, credential) if challenge is not None else None
    if challenge is None or key is None:
        return PasskeyWrong()
    try:
        count = relying_party.current().signed(credential, challenge, public_key=key.public_key, verify_user=verifies_user())
    except NotSigned:
        return PasskeyWrong()
    counted = db.session.scalar(
        update(Passkey)
        .where(
            Passkey.id == key.id,
            Passkey.ended_at.is_(None),
            Passkey.sign_count < count if count else Passkey.sign_count == 0,  # many a device does not count
        )
        .values(sign_count=count, last_used_at=now)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        outbox.record(PasskeyCopied(login_id), now=now)
        return PasskeyCountedBack()
    return None


def _key_named(login_id: UUID, credential: str) -> Any:
    try:
        named = credential_id_in(credential)
    except NotSigned:
        return None
    return db.session.execute(
        select(Passkey.id, Passkey.public_key).where(
            Passkey.login_id == login_id, Passkey.credential_id == named, Passkey.ended_at.is_(None)
        )
    ).one_or_none()
