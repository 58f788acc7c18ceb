"""This copy as browsers know it (WebAuthn: the relying party): what devices are asked to sign, and whether what they signed is right.

All that webauthn knows is asked here and nowhere else. The address comes from the settings, never from the request: who leads a request
here under another name must not have it believed.

Its library is loaded by who has a passkey in hand: no process starts slower for it.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from backend.foundation.in_use import InUse

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor, UserVerificationRequirement

NAME = "社区E家"
ASKED_FOR = timedelta(minutes=5)
"""So long a device may take, and so long what it is asked to sign is good."""

Said = TypeVar("Said")
_MILLISECONDS = int(ASKED_FOR.total_seconds() * 1000)


class NotSigned(Exception):
    """What a browser sent is nothing that a device signed for this copy."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """By which a device finds a key of its own."""

    credential_id: bytes
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A key that a device made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`origin`: the console's address as people open it, without a path; None where the copy has none, and takes no passkeys."""

    origin: str | None

    @property
    def host(self) -> str:
        """The name to which devices bind their keys."""
        return urlsplit(self.origin or "").hostname or ""

    def creation_options(self, challenge: bytes, *, user_id: UUID, user_name: str, held: Collection[Descriptor], verify_user: bool) -> str:
        """What a browser hands to a device that is to make a key, as JSON; one that `held` one makes no second."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

        options = generate_registration_options(
            rp_id=self.host,
            rp_name=NAME,
            user_id=user_id.bytes,
            user_name=user_name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            exclude_credentials=_descriptors(held),
            # It is asked for by name, after the password: no place is taken on a device that has few.
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_verification(verify_user)
            ),
        )
        return options_to_json(options)

    def request_options(self, challenge: bytes, *, held: Collection[Descriptor], verify_user: bool) -> str:
        """What a browser hands to a device that is to sign by one of these keys, as JSON."""
        from webauthn import generate_authentication_options, options_to_json

        options = generate_authentication_options(
            rp_id=self.host,
            challenge=challenge,
            timeout=_MILLISECONDS,
            allow_credentials=_descriptors(held),
            user_verification=_verification(verify_user),
        )
        return options_to_json(options)

    def made(self, credential: str, challenge: bytes, *, verify_user: bool) -> Made:
        """The key that a device made for this copy when it was asked so. Raises NotSigned."""
        from webauthn import verify_registration_response

        verified = _read(
            lambda: verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin or "",
                require_user_verification=verify_user,
            )
        )
        transports = _read(lambda: json.loads(credential)["response"].get("transports") or [])
        known = [name for name in _transports() if isinstance(transports, list) and name in transports]
        return Made(verified.credential_id, verified.credential_public_key, verified.sign_count, known)

    def signed(self, credential: str, challenge: bytes, *, public_key: bytes, verify_user: bool) -> int:
        """How often the device says that it signed by the key, when this is what it signed. Raises NotSigned."""
        from webauthn import verify_authentication_response

        verified = _read(
            lambda: verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin or "",
                credential_public_key=public_key,
                credential_current_sign_count=0,  # compared by the statement that keeps it
                require_user_verification=verify_user,
            )
        )
        return verified.new_sign_count


def challenge_in(credential: str) -> bytes:
    """What the browser says that was signed; to be looked for among what was asked. Raises NotSigned."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    return _read(lambda: parse_client_data_json(base64url_to_bytes(_part(credential)["clientDataJSON"])).challenge)


def credential_id_in(credential: str) -> bytes:
    """By which key the browser says that it was signed. Raises NotSigned."""
    from webauthn.helpers import base64url_to_bytes

    return _read(lambda: base64url_to_bytes(json.loads(credential)["id"]))


def _part(credential: str) -> Any:
    return json.loads(credential)["response"]


def _read(reading: Callable[[], Said]) -> Said:
    try:
        return reading()
    except Exception as error:  # whatever its readers stumble over: it was written by whoever sent it
        raise NotSigned from error


def _descriptors(held: Collection[Descriptor]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    known = _transports()
    return [
        PublicKeyCredentialDescriptor(id=one.credential_id, transports=[known[name] for name in one.transports] or None) for one in held
    ]


def _transports() -> "dict[str, AuthenticatorTransport]":
    from webauthn.helpers.structs import AuthenticatorTransport

    return {transport.value: transport for transport in AuthenticatorTransport}


def _verification(verify_user: bool) -> "UserVerificationRequirement":
    from webauthn.helpers.structs import UserVerificationRequirement

    return UserVerificationRequirement.REQUIRED if verify_user else UserVerificationRequirement.PREFERRED


_in_use: InUse[RelyingParty] = InUse("relying party")
use, current = _in_use.use, _in_use.current
