"""Work by the clock: closes shifts, recounts places, reminds people, and deletes old rows that nobody asks for any more."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task

from backend.accounts import limits
from backend.accounts import service as accounts
from backend.agreements import service as agreements
from backend.attendance import service as attendance
from backend.demands import service as demands
from backend.foundation import (
    audit,
    audit_chain,
    audit_heads,
    clock,
    counted,
    files,
    findings,
    idempotency,
    jobs,
    key_register,
    outbox,
    resealing,
    sealed_text,
)
from backend.foundation.database import transaction
from backend.foundation.sealing import keyring
from backend.imports import service as imports
from backend.messages import service as messages
from backend.openings import service as openings
from backend.people import service as people
from backend.proxies import service as proxies
from backend.recoveries import service as recoveries
from backend.tables import METADATA
from backend.waiting import service as waiting

log = structlog.get_logger(__name__)
MOST_TRANSACTIONS = 100
"""Of one run that looks at a thousand rows in each."""


@shared_task(name="housekeeping.forget_old_keys", ignore_result=True)
def forget_old_keys() -> None:
    """Delete idempotency keys whose 24 hours are over."""
    _until_nothing_is_left(idempotency.forget_old)


@shared_task(name="housekeeping.forget_old_events", ignore_result=True)
def forget_old_events() -> None:
    """Delete events of the outbox that happened a month ago and that everybody heard."""
    _until_nothing_is_left(outbox.forget_old)


@shared_task(name="housekeeping.forget_old_log_ins", ignore_result=True)
def forget_old_log_ins() -> None:
    """Delete log-ins that were over half a year ago, and what phones agreed to, and devices were asked to sign, a day ago."""
    _until_nothing_is_left(accounts.forget_old_console_logins)
    _until_nothing_is_left(accounts.forget_old_challenges)
    _until_nothing_is_left(accounts.forget_old_families)


@shared_task(name="housekeeping.recount_places", ignore_result=True)
def recount_places() -> None:
    """Compare the places taken with the claims held; notes how many roles differ, each of which is logged. Nothing is repaired."""
    with transaction():
        differences = openings.recount()
        findings.keep(recount_places.name, len(differences), now=clock.now())
    for difference in differences:
        log.error("places.taken_differs", role_id=str(difference.role_id), taken=difference.taken, held=difference.held)


@shared_task(name="housekeeping.count_sealed_values", ignore_result=True)
def count_sealed_values() -> None:
    """Correct the register of keys by what seals values now; notes how many values need a key that this copy has not."""
    with transaction():
        counts = resealing.count_by_key(resealing.sealed_tables(METADATA))
        key_register.keep_only(keyring(), {count.key_id for count in counts}, now=clock.now())
        known = keyring().keys.keys() | key_register.given_up()
        lost = [count for count in counts if count.key_id not in known]
        findings.keep(count_sealed_values.name, sum(count.values for count in lost), now=clock.now())
    for count in lost:
        log.error("keys.values_without_key", column=count.column, key_id=count.key_id, values=count.values)


@shared_task(name="housekeeping.close_overdue_shifts", ignore_result=True)
def close_overdue_shifts() -> None:
    """Close shifts whose window and grace are over, and attendances that nobody signed out of."""
    _until_nothing_is_left(attendance.close_overdue)


@shared_task(name="housekeeping.settle_shifts", ignore_result=True)
def settle_shifts() -> None:
    """Mark shifts that are over and at which nothing waits. One run looks at so many and no more: the first one after an upgrade finds all
    that was ever served. The next hour goes on."""
    looked_at: attendance.LookedAt | None = None
    for _ in range(MOST_TRANSACTIONS):
        with transaction():
            looked_at, _marked = attendance.settle_shifts(looked_at, now=clock.now())
        if looked_at is None:
            return


@shared_task(name="housekeeping.recheck_settled_shifts", ignore_result=True)
def recheck_settled_shifts() -> None:
    """Look again at all settled shifts, some in a transaction; notes at how many something waits, which are found as such from then on."""
    waiting_again = _wrong_of_all(attendance.recheck_settled)
    with transaction():
        findings.keep(recheck_settled_shifts.name, waiting_again, now=clock.now())
    if waiting_again:
        log.error("shifts.settled_differs", shifts=waiting_again)


@shared_task(name="housekeeping.recheck_bases", ignore_result=True)
def recheck_bases() -> None:
    """Look again at the whole register, some in a transaction, whether a basis stands for each; notes how many rows said otherwise."""
    wrong = _wrong_of_all(demands.recheck_bases)
    with transaction():
        findings.keep(recheck_bases.name, wrong, now=clock.now())
    if wrong:
        log.error("beneficiaries.basis_differs", beneficiaries=wrong)


@shared_task(name="housekeeping.end_unanswered_claims", ignore_result=True)
def end_unanswered_claims() -> None:
    """End claims that nobody answered until the service began."""
    _until_nothing_is_left(openings.end_unanswered)


@shared_task(name="housekeeping.prompt_demands", ignore_result=True)
def prompt_demands() -> None:
    """Let demands of which nobody takes care go on by themselves: told, offered, offered to the neighbours, shown to the street."""
    _until_nothing_is_left(demands.go_on)


@shared_task(name="housekeeping.end_over_demands", ignore_result=True)
def end_over_demands() -> None:
    """End published demands whose time is over: completed, or not carried out."""
    _until_nothing_is_left(demands.end_over)


@shared_task(name="housekeeping.seal_beneficiaries", ignore_result=True)
def seal_beneficiaries() -> None:
    """Index what a release before wrote of beneficiaries."""
    _until_nothing_is_left(demands.index_old)


@shared_task(name="housekeeping.seal_old_texts", ignore_result=True)
def seal_old_texts() -> None:
    """Seal what a release before wrote in clear about somebody's health or home."""
    for text in sealed_text.old_texts(METADATA):
        _until_nothing_is_left(lambda *, now, text=text: sealed_text.seal_old(text))  # noqa: ARG005 - no text waits for an hour


@shared_task(name="housekeeping.mask_old_withdrawals", ignore_result=True)
def mask_old_withdrawals() -> None:
    """Put people under a mask who withdrew before there was one, each in a transaction."""
    looked_at: UUID | None = None
    while True:
        with transaction():
            looked_at = agreements.mask_next(looked_at, now=clock.now())
        if looked_at is None:
            return


@shared_task(name="housekeeping.read_old_names", ignore_result=True)
def read_old_names() -> None:
    """Bring names that a release before kept as they were typed to their reading, some in a transaction."""
    for step in (people.read_old_names, demands.read_old_names):
        looked_at: UUID | None = None
        while True:
            with transaction():
                looked_at = step(looked_at)
            if looked_at is None:
                break


@shared_task(name="housekeeping.erase_beneficiaries", ignore_result=True)
def erase_beneficiaries() -> None:
    """Erase addresses, telephones and notes of whom nobody is to visit any more."""
    _until_nothing_is_left(demands.erase_unneeded)


@shared_task(name="housekeeping.erase_proxy_causes", ignore_result=True)
def erase_proxy_causes() -> None:
    """Erase why somebody acted for another, where that is long over."""
    _until_nothing_is_left(proxies.erase_causes)


@shared_task(name="housekeeping.forget_imported_lines", ignore_result=True)
def forget_imported_lines() -> None:
    """Erase the lines of workbooks that were imported a month ago."""
    with transaction():
        imports.forget_lines(now=clock.now())


@shared_task(name="housekeeping.forget_old_files", ignore_result=True)
def forget_old_files() -> None:
    """Let go of the files of jobs that have been kept for a week."""
    with transaction():
        jobs.forget_old_files(now=clock.now())


@shared_task(name="housekeeping.sweep_files", ignore_result=True)
def sweep_files() -> None:
    """Delete files that nothing refers to, and bytes that no file is of."""
    _until_nothing_is_left(files.forget_unused)
    files.sweep()


@shared_task(name="housekeeping.forget_old_tries", ignore_result=True)
def forget_old_tries() -> None:
    """Drop the counts of wrong passwords that are a day old."""
    with transaction():
        accounts.forget_old_tries(now=clock.now())


@shared_task(name="housekeeping.let_in_waited_log_ins", ignore_result=True)
def let_in_waited_log_ins() -> None:
    """Let log-ins into accounts that one officer saw and nobody refused in time."""
    _until_nothing_is_left(recoveries.let_in_waited)


@shared_task(name="housekeeping.close_run_out_offices", ignore_result=True)
def close_run_out_offices() -> None:
    """Withdraw offices whose term ran out, so that their holders are told."""
    _until_nothing_is_left(accounts.end_run_out)


@shared_task(name="housekeeping.forget_old_messages", ignore_result=True)
def forget_old_messages() -> None:
    """Delete messages that were told a year ago."""
    _until_nothing_is_left(messages.forget_old)


@shared_task(name="housekeeping.close_counted_hours", ignore_result=True)
def close_counted_hours() -> None:
    """Write into the audit log what was refused again and again, and how much was read about people, in the hours that are over."""
    _until_nothing_is_left(partial(counted.close_hours, long_list=limits.current().audit.long_list_rows))


@shared_task(name="housekeeping.seal_audit_entries", ignore_result=True)
def seal_audit_entries() -> None:
    """Put the entries of the audit log that are new into its chain."""
    _until_nothing_is_left(audit_chain.seal)


@shared_task(name="housekeeping.hand_out_audit_head", ignore_result=True)
def hand_out_audit_head() -> None:
    """Sign the end of the audit chain, for the log and for the file of the day: whoever keeps one finds what is changed later."""
    seal_audit_entries()
    signer = audit_heads.current()
    with transaction():
        head = audit_heads.head(now=clock.now())
    log.info("audit.head", position=head.link.position, signed=signer.signed(head).strip())
    signer.keep(head)


@shared_task(name="housekeeping.forget_old_sources", ignore_result=True)
def forget_old_sources() -> None:
    """Erase the addresses of acts that are as old as logs may be."""
    _until_nothing_is_left(partial(audit.forget_old_sources, kept=limits.current().audit.sources_kept))


@shared_task(name="housekeeping.remind_of_the_year", ignore_result=True)
def remind_of_the_year() -> None:
    """Give people the reminders of the year whose day has come."""
    _until_nothing_is_left(messages.remind)


@shared_task(name="housekeeping.report_overdue", ignore_result=True)
def report_overdue() -> None:
    """Tell each street, once a week, what waits past its day in its communities."""
    _until_nothing_is_left(waiting.report_overdue)


def _wrong_of_all(step: Callable[[UUID | None], tuple[UUID | None, int]]) -> int:
    """Look through a whole table, some in a transaction: how many rows were wrong."""
    looked_at: UUID | None = None
    wrong = 0
    while True:
        with transaction():
            looked_at, found = step(looked_at)
        wrong += found
        if looked_at is None:
            return wrong


def _until_nothing_is_left(step: Callable[..., int]) -> None:
    """Do some of it, in a short transaction, again and again: after a long stand still there may be more than one statement is given time
    for."""
    done = 1
    while done:
        with transaction():
            done = step(now=clock.now())
