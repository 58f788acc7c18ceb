"""Reads of accounts: who holds which role, where one is logged in, and what the three administrators look after."""

from backend.accounts.humans import account_now, accounts_of, are_one
from backend.accounts.queries.at_work import called_at_work
from backend.accounts.queries.merged import has_person, holds_office, opens_by_wechat
from backend.accounts.queries.oversight import ACTS, AuditSearch, audit_entries, lockouts, looks_after_lockouts, may_audit
from backend.accounts.queries.preferences import MOST_COMMUNITIES, OwnPreferences, own_preferences
from backend.accounts.queries.roles import (
    ENDS_SOON,
    GrantLine,
    GrantSearch,
    GrantStatus,
    area_above_office,
    areas_of_offices,
    is_own_ending,
    is_to_accept,
    is_to_approve,
    is_to_check,
    is_to_prolong,
    looks_after_offices,
    own_offers,
    own_role_grants,
    own_roles,
    papers_missing,
    role_grant,
    role_grants,
)
from backend.accounts.queries.scans import ConsoleLoginLine, ConsoleLoginStatus, console_login, progress_of
from backend.accounts.queries.sessions import AddedBy, own_login_name, own_logins, own_passkey, own_password_login, own_sessions
