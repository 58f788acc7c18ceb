"""What beat rings, and how often. A ring expires; how many wait is bounded by beat (ejia/beat.py)."""

from typing import Any

from celery.schedules import crontab

EXPIRES = 60
"""Seconds after which a ring is void, because the next one does the same. Not fewer: a worker looks at the clock of its own host."""

_EXPIRES = {"expires": EXPIRES}

BEAT: dict[str, dict[str, Any]] = {
    "doorbell": {"task": "doorbell.ring", "schedule": 1.0, "options": _EXPIRES},
    "close overdue shifts": {"task": "housekeeping.close_overdue_shifts", "schedule": 60.0, "options": _EXPIRES},
    "end unanswered claims": {"task": "housekeeping.end_unanswered_claims", "schedule": 60.0, "options": _EXPIRES},
    "end over demands": {"task": "housekeeping.end_over_demands", "schedule": crontab(minute="*/10")},
    "prompt demands": {"task": "housekeeping.prompt_demands", "schedule": crontab(minute="5-59/10")},
    "forget old idempotency keys": {"task": "housekeeping.forget_old_keys", "schedule": crontab(minute=17)},
    "forget imported lines": {"task": "housekeeping.forget_imported_lines", "schedule": crontab(minute=49)},
    "forget old files": {"task": "housekeeping.forget_old_files", "schedule": crontab(minute=47)},
    "forget old tries": {"task": "housekeeping.forget_old_tries", "schedule": crontab(minute=37)},
    "sweep files": {"task": "housekeeping.sweep_files", "schedule": crontab(hour=4, minute=40)},
    "forget old events": {"task": "housekeeping.forget_old_events", "schedule": crontab(hour=4, minute=0)},
    "let in waited log-ins": {"task": "housekeeping.let_in_waited_log_ins", "schedule": crontab(minute=27)},
    "close run-out offices": {"task": "housekeeping.close_run_out_offices", "schedule": crontab(minute=7)},
    "seal audit entries": {"task": "housekeeping.seal_audit_entries", "schedule": 60.0, "options": _EXPIRES},
    "hand out audit head": {"task": "housekeeping.hand_out_audit_head", "schedule": crontab(hour=0, minute=20)},
    "close counted hours": {"task": "housekeeping.close_counted_hours", "schedule": crontab(minute=3)},
    "forget old sources": {"task": "housekeeping.forget_old_sources", "schedule": crontab(hour=4, minute=50)},
    "forget old messages": {"task": "housekeeping.forget_old_messages", "schedule": crontab(hour=4, minute=10)},
    "report overdue": {"task": "housekeeping.report_overdue", "schedule": crontab(hour=8, minute=30)},
    "remind of the year": {"task": "housekeeping.remind_of_the_year", "schedule": crontab(hour=9, minute=0)},
    "forget old log-ins": {"task": "housekeeping.forget_old_log_ins", "schedule": crontab(hour=4, minute=20)},
    "seal beneficiaries": {"task": "housekeeping.seal_beneficiaries", "schedule": crontab(hour=3, minute=10)},
    "seal old texts": {"task": "housekeeping.seal_old_texts", "schedule": crontab(hour=3, minute=15)},
    "mask old withdrawals": {"task": "housekeeping.mask_old_withdrawals", "schedule": crontab(hour=4, minute=25)},
    "read old names": {"task": "housekeeping.read_old_names", "schedule": crontab(hour=3, minute=30)},
    "erase beneficiaries": {"task": "housekeeping.erase_beneficiaries", "schedule": crontab(hour=4, minute=30)},
    "erase proxy causes": {"task": "housekeeping.erase_proxy_causes", "schedule": crontab(hour=4, minute=35)},
    "count sealed values": {"task": "housekeeping.count_sealed_values", "schedule": crontab(hour=3, minute=40)},
    "settle shifts": {"task": "housekeeping.settle_shifts", "schedule": crontab(minute=53)},
    "recheck settled shifts": {"task": "housekeeping.recheck_settled_shifts", "schedule": crontab(hour=3, minute=50)},
    "recheck bases": {"task": "housekeeping.recheck_bases", "schedule": crontab(hour=3, minute=55)},
    "recount places": {"task": "housekeeping.recount_places", "schedule": crontab(hour=3, minute=20)},
}
