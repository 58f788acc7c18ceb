"""Commands for people who lost their account, or have two: applying for it, and merging them."""

from backend.recoveries.service.applications import (
    apply_for_recovery,
    confirm_recovery,
    hand_on_recoveries,
    try_check_code,
)
from backend.recoveries.service.decisions import approve_recovery, let_in_waited, return_of_dead, return_recovery, withdraw_recovery
from backend.recoveries.service.merging import merge_login_into_person
