"""The list of all API resources, in the order of the OpenAPI document, and that of all pages of the console."""

from flask import Blueprint

from console.views import accounts, board, join_requests, lookups, open_demands, passkeys, scans, search, second_factors, served, today
from console.views import attendances as attendance_pages
from console.views import audit as audit_pages
from console.views import beneficiaries as beneficiary_pages
from console.views import claims as claim_pages
from console.views import corrections as correction_pages
from console.views import deaths as death_pages
from console.views import deliveries as delivery_pages
from console.views import demands as demand_pages
from console.views import exports as export_pages
from console.views import figures as figure_pages
from console.views import imports as import_pages
from console.views import jobs as job_pages
from console.views import late_entries as late_entry_pages
from console.views import lists as list_pages
from console.views import lockouts as lockout_pages
from console.views import messages as message_pages
from console.views import offices as office_pages
from console.views import organisations as organisation_pages
from console.views import people as person_pages
from console.views import proxies as proxy_pages
from console.views import recoveries as recovery_pages
from console.views import registrations as registration_pages
from console.views import relocations as relocation_pages
from console.views import rules as rule_pages
from console.views import services as record_pages
from console.views import shifts as shift_pages
from console.views import teams as team_pages
from console.views import volunteers as volunteer_pages
from miniprogram_api import (
    account_recoveries,
    areas,
    arrangements,
    audit_entries,
    auth,
    beneficiaries,
    claims,
    consents,
    console_logins,
    corrections,
    deaths,
    deliveries,
    demands,
    dossiers,
    exports,
    figures,
    files,
    home,
    imports,
    jobs,
    late_entries,
    lockouts,
    me,
    messages,
    organisations,
    people,
    points,
    proxies,
    registrations,
    relocations,
    reveals,
    role_grants,
    services,
    sessions,
    shifts,
    team_members,
    teams,
    waiting,
    words,
    years,
)
from miniprogram_api.contract import Resource

RESOURCES: tuple[Resource, ...] = (
    auth.bp,
    sessions.bp,
    console_logins.bp,
    account_recoveries.bp,
    me.bp,
    home.bp,
    messages.bp,
    waiting.bp,
    areas.bp,
    people.bp,
    consents.bp,
    corrections.bp,
    deaths.bp,
    relocations.bp,
    reveals.bp,
    proxies.bp,
    teams.bp,
    team_members.bp,
    organisations.bp,
    registrations.bp,
    demands.bp,
    beneficiaries.bp,
    claims.bp,
    arrangements.bp,
    shifts.bp,
    services.bp,
    dossiers.bp,
    points.bp,
    years.bp,
    figures.bp,
    exports.bp,
    imports.bp,
    jobs.bp,
    deliveries.bp,
    late_entries.bp,
    files.bp,
    words.bp,
    role_grants.bp,
    lockouts.bp,
    audit_entries.bp,
)

CONSOLE: tuple[Blueprint, ...] = (
    today.bp,
    message_pages.bp,
    search.bp,
    lookups.bp,
    board.bp,
    accounts.bp,
    scans.bp,
    second_factors.bp,
    passkeys.bp,
    open_demands.bp,
    served.bp,
    demand_pages.bp,
    beneficiary_pages.bp,
    shift_pages.bp,
    attendance_pages.bp,
    record_pages.bp,
    late_entry_pages.bp,
    claim_pages.bp,
    team_pages.bp,
    join_requests.bp,
    organisation_pages.bp,
    registration_pages.bp,
    volunteer_pages.bp,
    person_pages.bp,
    recovery_pages.bp,
    proxy_pages.bp,
    relocation_pages.bp,
    correction_pages.bp,
    death_pages.bp,
    figure_pages.bp,
    export_pages.bp,
    office_pages.bp,
    lockout_pages.bp,
    rule_pages.bp,
    import_pages.bp,
    job_pages.bp,
    list_pages.bp,
    delivery_pages.bp,
    audit_pages.bp,
)
