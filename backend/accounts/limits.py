"""How much one caller may do, beyond the rates of a minute (`config/limits.toml`), read once when a process starts."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from backend.foundation.actor import Role
from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse


class Passwords(Entry):
    """How long a password that somebody else gave is good for, and a log-in that nobody uses."""

    initial_hours: int = Field(ge=1, le=24 * 30)
    asleep_after_days: int = Field(ge=7, le=3660)

    @property
    def initial_holds(self) -> timedelta:
        """So long an initial password opens its own change."""
        return timedelta(hours=self.initial_hours)

    @property
    def asleep_after(self) -> timedelta:
        """So long a log-in may rest."""
        return timedelta(days=self.asleep_after_days)


class SecondFactors(Entry):
    """Who must log in by more than a password."""

    required_of: frozenset[Role]


class Passkeys(Entry):
    """What a device must do before it signs by a passkey."""

    verify_user: bool


class Offices(Entry):
    """What holds for those who appoint and those who are appointed."""

    appointer_stays_hours: int = Field(ge=1, le=24 * 366)
    phone_rests_hours: int = Field(ge=1, le=24 * 60)
    phone_stays_days: int = Field(ge=1, le=60)

    @property
    def appointer_stays(self) -> timedelta:
        """So long nobody dismisses who appointed them."""
        return timedelta(hours=self.appointer_stays_hours)

    @property
    def phone_rests(self) -> timedelta:
        """So long the phone of who holds an office may rest without logging in anew."""
        return timedelta(hours=self.phone_rests_hours)

    @property
    def phone_stays(self) -> timedelta:
        """So long such a phone stays logged in, however busy."""
        return timedelta(days=self.phone_stays_days)


class Written(StrEnum):
    """What is counted by the day."""

    DEMAND = "demand"
    TEAM = "team"
    JOIN_REQUEST = "join_request"
    ORGANISATION = "organisation"
    STAFF = "staff"
    REGISTRATION = "registration"
    RELOCATION = "relocation"
    VOLUNTEER = "volunteer"
    GUARDIANSHIP = "guardianship"
    PROXY = "proxy"
    CLAIM = "claim"
    CHECK_CODE = "check_code"
    EXPORT = "export"
    COPY = "copy"
    IMPORT = "import"
    LOOKUP = "lookup"


class Bound(Entry):
    """So many in a day, and so many that wait for a decision at once."""

    a_day: int = Field(ge=1, le=100_000)
    open: int | None = Field(default=None, ge=1, le=100_000)


class WrittenRule(Bound):
    """The bound of one kind, and that of who holds an office."""

    name: str = Field(min_length=1, max_length=20)
    in_office: Bound | None = None


class Recoveries(Entry):
    """How long a log-in waits that is to open somebody's account, by one officer's word."""

    waits_hours: int = Field(ge=24, le=24 * 30)

    @property
    def waits(self) -> timedelta:
        """So long the holder is told and may refuse."""
        return timedelta(hours=self.waits_hours)


class Audit(Entry):
    """What is written down beside the acts, and how long from where they came."""

    long_list_rows: int = Field(ge=10, le=100_000)
    source_days: int = Field(ge=180, le=3660)

    @property
    def sources_kept(self) -> timedelta:
        """So long the address of an act is kept: as logs are, by law for six months at least (网络安全法 art. 21)."""
        return timedelta(days=self.source_days)


class Limits(Entry):
    """The catalogue."""

    audit: Audit
    recoveries: Recoveries
    offices: Offices
    passwords: Passwords
    second_factor: SecondFactors
    passkeys: Passkeys
    written: dict[Written, WrittenRule]

    @model_validator(mode="after")
    def _all_kinds(self) -> Self:
        missing = [kind.value for kind in Written if kind not in self.written]
        if missing:
            raise ValueError(f"written 缺少 {'、'.join(missing)}")
        return self


def without_second_factor(limits: Limits) -> Limits:
    """The same, where a copy asks nobody for a second factor: who wants one has it all the same."""
    return limits.model_copy(update={"second_factor": SecondFactors(required_of=frozenset())})


_in_use: InUse[Limits] = InUse("limits")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Limits:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, Limits)
