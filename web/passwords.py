"""Logging in by a password and changing it, in steps: the slow hash is reckoned outside of transactions that hold a row."""

from uuid import UUID

from flask import request

from backend.accounts import service as accounts
from backend.accounts.service import Attempt, Source
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from web.caller import brought_account, logged_in_family
from web.inputs.accounts import PasswordChangeIn, PasswordLoginIn, SecondFactorRemovalIn
from web.limits import network
from web.submissions import last_step, refuse_in_last_step


def tried(body: PasswordLoginIn) -> tuple[Attempt, bool]:
    """One try of a name's password, counted, and whether it is right. Raises LoginLocked, PasswordsBusy."""
    with accounts.room_for_password():
        with transaction():
            attempt = accounts.begin_password_login(body.name, source(), with_code=body.code is not None, now=clock.now())
        return attempt, accounts.is_right_password(attempt, body.password)


def source() -> Source:
    """Where the request comes from."""
    return Source(network(request.remote_addr or ""), brought_account())


def remove_second_factor(actor: Actor, body: SecondFactorRemovalIn) -> None:
    """Have the login by which this request is logged in ask for its password alone."""
    family_id = logged_in_family()
    with accounts.room_for_password():
        with transaction():
            attempt = accounts.begin_factor_removal(actor, family_id, now=clock.now())
        right = accounts.is_right_password(attempt, body.password)
    with last_step():
        refusal = accounts.finish_factor_removal(actor, family_id, attempt, right=right, code=body.code, now=clock.now())
        if refusal is not None:
            refuse_in_last_step(refusal)


def end_passkey(actor: Actor, passkey_id: UUID, body: SecondFactorRemovalIn) -> None:
    """Have the login by which this request is logged in take the passkey no more."""
    family_id = logged_in_family()
    with accounts.room_for_password():
        with transaction():
            attempt = accounts.begin_passkey_ending(actor, family_id, passkey_id, now=clock.now())
        right = accounts.is_right_password(attempt, body.password)
    with last_step():
        now = clock.now()
        refusal = accounts.finish_passkey_ending(actor, family_id, passkey_id, attempt, right=right, code=body.code, now=now)
        if refusal is not None:
            refuse_in_last_step(refusal)


def change(actor: Actor, body: PasswordChangeIn) -> None:
    """Change the password of the login by which this request is logged in."""
    family_id = logged_in_family()
    with accounts.room_for_password():
        with transaction():
            attempt = accounts.begin_password_change(actor, family_id, body.old_password, body.new_password, now=clock.now())
        right = accounts.is_right_password(attempt, body.old_password)
        new_hash = accounts.hash_of(body.new_password)
    with last_step():
        refusal = accounts.finish_password_change(actor, family_id, attempt, right=right, new_hash=new_hash, now=clock.now())
        if refusal is not None:
            refuse_in_last_step(refusal)
