"""What happens to applications for an account."""

from dataclasses import dataclass
from typing import ClassVar

from backend.foundation.outbox import Event


@dataclass(frozen=True, slots=True)
class RecoveryApplied(Event):
    """Somebody asked for the account of a person. The subject is the application."""

    name: ClassVar[str] = "recovery.applied"


@dataclass(frozen=True, slots=True)
class RecoverySeen(Event):
    """An officer stands by it that another log-in is to open a person's account. The subject is the application."""

    name: ClassVar[str] = "recovery.seen"


@dataclass(frozen=True, slots=True)
class RecoveryConfirmed(Event):
    """A person's account opens by another log-in. The subject is the application."""

    name: ClassVar[str] = "recovery.confirmed"


@dataclass(frozen=True, slots=True)
class RecoveryReturned(Event):
    """An application for an account was refused. The subject is the application."""

    name: ClassVar[str] = "recovery.returned"


@dataclass(frozen=True, slots=True)
class RecoveryWithdrawn(Event):
    """Who asked for an account took that back. The subject is the application."""

    name: ClassVar[str] = "recovery.withdrawn"
