"""Where the pages are that others lead to, and where somebody may be led who has logged in."""

import re

HOME = "/console/"
MESSAGES = "/console/messages"
BOARD = "/board"
ACCOUNT = "/console/account"
DEMANDS = "/console/demands"
NEW_DEMAND = f"{DEMANDS}/new"
SHIFTS = "/console/shifts"
BENEFICIARIES = "/console/beneficiaries"
ATTENDANCES = "/console/attendances"
RECORDS = "/console/services"
CLAIMS = "/console/claims"
LATE_ENTRIES = "/console/late-entries"
OPEN_DEMANDS = "/console/open-demands"
OWN_CLAIMS = "/console/own-claims"
SERVED = "/console/served"
TEAMS = "/console/teams"
JOIN_REQUESTS = "/console/join-requests"
ORGANISATIONS = "/console/organisations"
REGISTRATIONS = "/console/registrations"
VOLUNTEERS = "/console/volunteers"
PEOPLE = "/console/people"
LOOKUP = "/console/people/lookups"
SEARCH = "/console/search"
RECOVERIES = "/console/recoveries"
RELOCATIONS = "/console/relocations"
PROXIES = "/console/proxies"
CORRECTIONS = "/console/corrections"
DEATHS = "/console/deaths"
FIGURES = "/console/figures"
EXPORTS = "/console/exports"
LISTS = "/console/lists"
OFFICES = "/console/offices"
LOCKOUTS = "/console/lockouts"
JOBS = "/console/jobs"
IMPORTS = "/console/imports"
IMPORT_TEMPLATES = "/console/import-templates"
DELIVERIES = "/console/deliveries"
RULES = "/console/rules"
AUDIT = "/console/audit"
LOGIN = "/console/login"
SCAN = "/console/login/scan"
PASSWORD = "/console/password"  # noqa: S105 - an address
SECOND_STEP = "/console/login/second-step"
PASSKEY_STEP = "/console/login/passkey"
SECOND_FACTOR = "/console/second-factor"
PASSKEYS = "/console/passkeys"

_LONGEST = 500
_OWN_PAGE = re.compile(r"/console/[!-\[\]-~]*")
"""Visible ASCII without a backslash, which browsers read as a slash."""


def own_page(address: str | None) -> str:
    """The address, if it is a page of the console; else its first page. A link to the log-in can come from anybody."""
    return address if address and len(address) <= _LONGEST and _OWN_PAGE.fullmatch(address) else HOME
