"""Commands for people who lost their account, or have two: applying for it, and merging them."""

from backend.recoveries.service.applications import (
    apply_for_recovery,
    confirm_recovery,
    return_recovery,
    try_check_code,
    withdraw_recovery,
)
from backend.recoveries.service.merging import merge_login_into_person
