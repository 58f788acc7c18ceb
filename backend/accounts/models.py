"""Accounts, ways to log in, refresh-token families, role grants."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, Text, UniqueConstraint, Uuid, and_, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from backend.accounts.limits import Written
from backend.foundation.actor import Role
from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.sealing import SEALED
from backend.foundation.search import search_index
from backend.foundation.terms import Word

SESSION_KEY, FACTOR_SECRET = "logins.session_key", "second_factors.secret"
"""What WeChat's session key, and the secret of a second factor, are bound to (`foundation.sealing`)."""


class AccountStatus(StrEnum):
    """A closed account logs in no more; its facts stand."""

    ACTIVE = "active"
    CLOSED = "closed"


class LoginKind(Word):
    """How somebody proves to be the account's holder."""

    WECHAT = "wechat", "微信"
    PASSWORD = "password", "用户名和密码"


class HeldBy(StrEnum):
    """What stays logged in: a phone (or a program), by tokens, or a browser, by a cookie."""

    PHONE = "phone"
    BROWSER = "browser"


class GrantStep(StrEnum):
    """What an appointment still waits for; without one it holds within its term."""

    APPROVAL = "approval"
    ACCEPTANCE = "acceptance"


class Account(Base):
    """Who acts on the platform. It has at most one person, and a person at most one live account."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("uq_accounts_live_person", "person_id", unique=True, postgresql_where="status = 'active'"),
        Index("ix_accounts_merged_into_id", "merged_into_id", postgresql_where="merged_into_id IS NOT NULL"),
        CheckConstraint("merged_into_id IS NULL OR status = 'closed'", name="merged_is_closed"),
        CheckConstraint("checked_at IS NULL OR person_id IS NOT NULL", name="checked_is_somebody"),
    )

    id: Mapped[RowId]
    status: Mapped[AccountStatus] = mapped_column(as_text(AccountStatus))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_accounts_person_id", use_alter=True))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", name="fk_accounts_merged_into_id"), comment="the account that took over; never one that was merged itself"
    )
    checked_at: Mapped[datetime | None] = mapped_column(comment="when the holder's papers were seen; without it an office decides nothing")
    checked_by: Mapped[UUID | None] = mapped_column(comment="the account of who saw them; without one `ejia`")


class Login(Base):
    """One way into an account: a WeChat user of one mini-program (appid, openid), or a name with a password (argon2id)."""

    __tablename__ = "logins"
    __table_args__ = (
        Index("uq_logins_wechat", "appid", "openid", unique=True, postgresql_where="kind = 'wechat'"),
        search_index("logins", "name", where="kind = 'password'"),
        Index("uq_logins_name", "name", unique=True, postgresql_where="kind = 'password'"),
        Index("uq_logins_name_skeleton", "name_skeleton", unique=True, postgresql_where="kind = 'password'"),
        CheckConstraint(
            "CASE kind WHEN 'wechat' THEN appid IS NOT NULL AND openid IS NOT NULL AND name IS NULL AND password_hash IS NULL"
            " WHEN 'password' THEN name IS NOT NULL AND password_hash IS NOT NULL AND openid IS NULL ELSE false END",
            name="columns_of_its_kind",
        ),
    )

    id: Mapped[RowId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_logins_account_id"), index=True)
    kind: Mapped[LoginKind] = mapped_column(as_text(LoginKind))
    appid: Mapped[str | None]
    openid: Mapped[str | None]
    unionid: Mapped[str | None]
    session_key_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: SESSION_KEY})
    name: Mapped[str | None]
    name_skeleton: Mapped[str | None] = mapped_column(comment="what the name looks like (UTS 39)")
    password_hash: Mapped[str | None]
    password_initial: Mapped[bool] = mapped_column(default=False, comment="given by somebody else; to be changed at the first login")
    password_given_at: Mapped[datetime | None] = mapped_column(comment="when somebody else gave the last password")
    password_set_at: Mapped[datetime | None] = mapped_column(comment="when its holder set the last password")
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None] = mapped_column(comment="when it came to this account from another one")
    added_by: Mapped[UUID | None] = mapped_column(comment="the account of who added it; without one `ejia` or the clock")
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(comment="opens this account no more; the WeChat user may begin anew")
    end_reason: Mapped[str | None]


class Preferences(Base):
    """How the mini-program shows itself to the holder of an account. Gone with the account."""

    __tablename__ = "account_preferences"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_account_preferences_account_id"), primary_key=True)
    elder_mode: Mapped[bool] = mapped_column(comment="larger letters and stronger contrast")
    community_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="whose needs are shown first, in this order")
    changed_at: Mapped[datetime]


class SecondFactor(Base):
    """What a log-in by password asks for beside it: a code of an app that holds the secret (TOTP, RFC 6238). Gone when it is removed."""

    __tablename__ = "second_factors"
    __table_args__ = (UniqueConstraint("login_id", name="uq_second_factors_login_id"),)

    id: Mapped[RowId]
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", name="fk_second_factors_login_id"))
    secret_sealed: Mapped[bytes] = mapped_column(info={SEALED: FACTOR_SECRET})
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(
        comment="when a first code proved that the app has the secret; asked for from then"
    )
    last_step: Mapped[int | None] = mapped_column(BigInteger, comment="of which half minute the last code was: none is good twice")


class RecoveryCode(Base):
    """One code that stands in for an app or a passkey that was lost, once. Drawn at random, so a plain digest is enough; it tells the code
    to nobody."""

    __tablename__ = "recovery_codes"

    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", name="fk_recovery_codes_login_id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key that a device keeps (WebAuthn), by which it signs beside the password of a log-in. Ended, never deleted."""

    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
        Index("ix_passkeys_login_id", "login_id"),
    )

    id: Mapped[RowId]
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", name="fk_passkeys_login_id"))
    credential_id: Mapped[bytes] = mapped_column(comment="by which the device finds it")
    public_key: Mapped[bytes] = mapped_column(comment="as the device gave it (COSE)")
    sign_count: Mapped[int] = mapped_column(comment="how often the device signed by it; 0 where it does not count")
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="how the device is reached")
    name: Mapped[str]
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class PasskeyChallenge(Base):
    """What a browser is asked to have signed: once, within minutes, and there only. Gone when it is answered."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (Index("ix_passkey_challenges_made_at", "made_at"), Index("ix_passkey_challenges_login_id", "login_id"))

    challenge: Mapped[bytes] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", name="fk_passkey_challenges_login_id"))
    bound_to: Mapped[bytes] = mapped_column(comment="the browser's log-in, or a digest of the ticket that leads to one")
    made_at: Mapped[datetime]


class LoginLockout(Base):
    """Wrong passwords for one name in a row, from one source. The name may be nobody's: a lock must not tell which names exist.

    Keyed by the blind index of both, because what is typed into the field of a name may be a password or a phone number.
    """

    __tablename__ = "login_lockouts"
    __table_args__ = (
        Index("ix_login_lockouts_last_failed_at", "last_failed_at"),
        Index("ix_login_lockouts_login_id", "login_id", postgresql_where="login_id IS NOT NULL"),
        Index("ix_login_lockouts_locked_until", "locked_until", "login_id", postgresql_where="login_id IS NOT NULL"),
    )

    name_index: Mapped[bytes] = mapped_column(primary_key=True)
    login_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("logins.id", name="fk_login_lockouts_login_id"), comment="whose name it is; nobody's without"
    )
    failures: Mapped[int]
    last_failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
    was_in_at: Mapped[datetime | None] = mapped_column(comment="when the right password last came from there")


class Allowance(Base):
    """How many of a kind somebody wrote down on the last day on which they did (`accounts.allowances`)."""

    __tablename__ = "allowances"

    holder_id: Mapped[UUID] = mapped_column(
        primary_key=True, comment="a person, an account that has none, or the thing that is counted for"
    )
    kind: Mapped[Written] = mapped_column(as_text(Written), primary_key=True)
    day: Mapped[date]
    taken: Mapped[int]


class TokenFamily(Base):
    """One login until it is over: of a phone with the refresh tokens that follow from it, of a browser with its cookie.

    A token is derived from (id, generation) and a cookie from (account_id, id), so none is stored.
    """

    __tablename__ = "token_families"
    __table_args__ = (
        Index("ix_token_families_account_id", "account_id"),
        Index("ix_token_families_held", "account_id", "created_at", "id", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[RowId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_token_families_account_id"))
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", name="fk_token_families_login_id"))
    held_by: Mapped[HeldBy] = mapped_column(as_text(HeldBy), default=HeldBy.PHONE)
    generation: Mapped[int] = mapped_column(comment="of a browser always 1")
    rotated_at: Mapped[datetime] = mapped_column(comment="of a browser when it was last used, to the minute")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(comment="of a browser put off by each use, up to its last hour")
    password_change_needed: Mapped[bool] = mapped_column(default=False, comment="opens nothing but the change of the password")
    password_only: Mapped[bool] = mapped_column(default=False, comment="began by a password and no second factor")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class ConsoleLogin(Base):
    """A browser that a phone agreed to let in: from then until its digits are typed there, once. What nobody agreed to has no row."""

    __tablename__ = "console_logins"
    __table_args__ = (Index("ix_console_logins_family_id", "family_id"), Index("ix_console_logins_approved_at", "approved_at"))

    id: Mapped[RowId]
    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("token_families.id", name="fk_console_logins_family_id", ondelete="CASCADE"), comment="the phone's log-in"
    )
    approved_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0, comment="how often digits were typed")
    used_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role for an account within exactly one scope, for a term. Withdrawn, never deleted."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(area_path, party_organisation_id, organisation_id, work_unit_id, team_id, person_id) = 1",
            name="exactly_one_scope",
        ),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="term_goes_forward"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"),
        Index(
            "uq_role_grants_held",
            "account_id",
            "role",
            "area_path",
            "party_organisation_id",
            "organisation_id",
            "work_unit_id",
            "team_id",
            "person_id",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_role_grants_area_path", "area_path", "id", postgresql_where="area_path IS NOT NULL"),
        Index("ix_role_grants_held_in_area", "area_path", "role", postgresql_where="withdrawn_at IS NULL AND area_path IS NOT NULL"),
        Index("ix_role_grants_waiting", "area_path", "id", postgresql_where="withdrawn_at IS NULL AND waits_for IS NOT NULL"),
        Index("ix_role_grants_account_id", "account_id", "id"),
        Index("ix_role_grants_team_id", "team_id", postgresql_where="withdrawn_at IS NULL AND team_id IS NOT NULL"),
        Index("ix_role_grants_organisation_id", "organisation_id", postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL"),
        Index("ix_role_grants_work_unit_id", "work_unit_id", postgresql_where="withdrawn_at IS NULL AND work_unit_id IS NOT NULL"),
        Index("ix_role_grants_person_id", "person_id", postgresql_where="withdrawn_at IS NULL AND person_id IS NOT NULL"),
    )

    id: Mapped[RowId]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", name="fk_role_grants_account_id"))
    role: Mapped[Role] = mapped_column(as_text(Role))
    area_path: Mapped[AreaPath | None]
    party_organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("party_organisations.id", name="fk_role_grants_party_organisation_id", use_alter=True)
    )
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id", name="fk_role_grants_organisation_id", use_alter=True)
    )
    work_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_units.id", name="fk_role_grants_work_unit_id", use_alter=True))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", name="fk_role_grants_team_id", use_alter=True))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", name="fk_role_grants_person_id", use_alter=True))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None]
    granted_at: Mapped[datetime]
    waits_for: Mapped[GrantStep | None] = mapped_column(as_text(GrantStep), comment="of an office: opens nothing until then")
    approved_by: Mapped[UUID | None] = mapped_column(comment="the second holder, where one's own level appointed")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_reason: Mapped[str | None]

    def is_over(self, now: datetime) -> bool:
        """Whether it was withdrawn, or its term ran out."""
        return self.withdrawn_at is not None or (self.ends_at is not None and self.ends_at <= now)

    @classmethod
    def is_unended(cls, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
        """Condition: not `is_over`. It may wait for somebody, or for its first day."""
        return and_(cls.withdrawn_at.is_(None), cls.runs_beyond(now))

    @classmethod
    def runs_beyond(cls, instant: datetime | ColumnElement[datetime] | InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """Condition: its term is not over at the instant, whatever else ended it."""
        return or_(cls.ends_at.is_(None), cls.ends_at > instant)
