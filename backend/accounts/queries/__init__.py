"""Reads of accounts: who holds which role, and what the three administrators look after."""

from backend.accounts.queries.oversight import EntryLine, LockoutLine, audit_entries, jobs_in_care, lockouts
from backend.accounts.queries.roles import GrantLine, GrantStatus, own_role_grants, role_grant, role_grants

__all__ = [
    "EntryLine",
    "GrantLine",
    "GrantStatus",
    "LockoutLine",
    "audit_entries",
    "jobs_in_care",
    "lockouts",
    "own_role_grants",
    "role_grant",
    "role_grants",
]
