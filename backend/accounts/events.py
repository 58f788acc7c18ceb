"""What happens to accounts: the ways in, whose they are, and the offices that they hold."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class AccountIdentified(Event):
    """An account has a person from now on. The subject is the account."""

    name: ClassVar[str] = "account.identified"


@dataclass(frozen=True, slots=True)
class AccountMerged(Event):
    """An account was taken over by another one. The subject is the account that is no more."""

    name: ClassVar[str] = "account.merged"


@dataclass(frozen=True, slots=True)
class LoginAdded(Event):
    """Another log-in opens an account. The subject is the log-in."""

    name: ClassVar[str] = "login.added"


@dataclass(frozen=True, slots=True)
class PasswordReset(Event):
    """Somebody above gave a log-in a new initial password. The subject is the log-in."""

    name: ClassVar[str] = "password.reset"


@dataclass(frozen=True, slots=True)
class SecondFactorSet(Event):
    """A log-in asks for more than its password from now on. The subject is the log-in."""

    name: ClassVar[str] = "second_factor.set"


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(Event):
    """A log-in asks for no codes of an app any more, by its holder; or for its password alone, by `ejia`. The subject is the log-in."""

    name: ClassVar[str] = "second_factor.removed"


@dataclass(frozen=True, slots=True)
class SecondFactorGuessed(Event):
    """Somebody who has the password brought one wrong code after the other. The subject is the log-in."""

    name: ClassVar[str] = "second_factor.guessed"


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(Event):
    """A recovery code stood in for the app or a passkey. The subject is the log-in."""

    name: ClassVar[str] = "recovery_code.used"


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Event):
    """A log-in takes one passkey more. The subject is the log-in."""

    name: ClassVar[str] = "passkey.added"


@dataclass(frozen=True, slots=True)
class PasskeyEnded(Event):
    """Its holder ended a passkey. The subject is the log-in."""

    name: ClassVar[str] = "passkey.ended"


@dataclass(frozen=True, slots=True)
class PasskeyCopied(Event):
    """A passkey counted back: two devices hold it. The subject is the log-in."""

    name: ClassVar[str] = "passkey.copied"


@dataclass(frozen=True, slots=True)
class RoleProposed(Event):
    """One's own level appointed somebody, and a second holder is to agree. The subject is the grant."""

    name: ClassVar[str] = "role.proposed"


@dataclass(frozen=True, slots=True)
class RoleOffered(Event):
    """Somebody is appointed to an office, and is to accept it. The subject is the grant."""

    name: ClassVar[str] = "role.offered"


@dataclass(frozen=True, slots=True)
class RoleAccepted(Event):
    """Who was appointed accepts. The subject is the grant."""

    name: ClassVar[str] = "role.accepted"


@dataclass(frozen=True, slots=True)
class RoleDeclined(Event):
    """Who was appointed does not accept. The subject is the grant."""

    name: ClassVar[str] = "role.declined"


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    """An account holds an office, by `ejia`. The subject is the grant."""

    name: ClassVar[str] = "role.granted"


@dataclass(frozen=True, slots=True)
class RoleWithdrawn(Event):
    """An office was withdrawn. The subject is the grant."""

    name: ClassVar[str] = "role.withdrawn"
