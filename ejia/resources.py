"""The list of all API resources, in the order of the OpenAPI document, and that of all pages of the console."""

from flask import Blueprint

from console.views import accounts
from miniprogram_api import (
    account_recoveries,
    areas,
    audit_entries,
    auth,
    beneficiaries,
    claims,
    consents,
    corrections,
    demands,
    exports,
    figures,
    files,
    jobs,
    lockouts,
    me,
    messages,
    organisations,
    people,
    points,
    proxies,
    registrations,
    reveals,
    role_grants,
    services,
    sessions,
    shifts,
    team_members,
    teams,
)
from miniprogram_api.contract import Resource

RESOURCES: tuple[Resource, ...] = (
    auth.bp,
    sessions.bp,
    account_recoveries.bp,
    me.bp,
    messages.bp,
    areas.bp,
    people.bp,
    consents.bp,
    corrections.bp,
    reveals.bp,
    proxies.bp,
    teams.bp,
    team_members.bp,
    organisations.bp,
    registrations.bp,
    demands.bp,
    beneficiaries.bp,
    claims.bp,
    shifts.bp,
    services.bp,
    points.bp,
    figures.bp,
    exports.bp,
    jobs.bp,
    files.bp,
    role_grants.bp,
    lockouts.bp,
    audit_entries.bp,
)

CONSOLE: tuple[Blueprint, ...] = (accounts.bp,)
