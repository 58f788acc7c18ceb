"""Commands on accounts, by noun: logins and roles."""

from backend.accounts.service.logins import (
    CredentialsWrong,
    LoginLocked,
    Tokens,
    actor_of,
    log_in_by_password,
    log_in_by_wechat,
    log_out,
    refresh,
)
from backend.accounts.service.roles import (
    LoginNameTaken,
    PasswordTooWeak,
    RolesExclude,
    account_of_person,
    create_administrator,
    grant_role,
    grant_to_person,
    tie_to_person,
    withdraw_from_person,
    withdraw_role,
)

__all__ = [
    "CredentialsWrong",
    "LoginLocked",
    "LoginNameTaken",
    "PasswordTooWeak",
    "RolesExclude",
    "Tokens",
    "account_of_person",
    "actor_of",
    "create_administrator",
    "grant_role",
    "grant_to_person",
    "log_in_by_password",
    "log_in_by_wechat",
    "log_out",
    "refresh",
    "tie_to_person",
    "withdraw_from_person",
    "withdraw_role",
]
