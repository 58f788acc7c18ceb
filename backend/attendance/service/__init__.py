"""Commands of attendance, by noun: shifts, signing, records, confirmation."""

from backend.attendance.service.claim_commands import ClaimCommand, commands_on_claim, require_claim_command
from backend.attendance.service.commands import (
    ServiceCommand,
    ShiftCommand,
    commands_on_service,
    commands_on_shift,
    may_add_record,
    require_record_to_add,
    require_service_command,
    require_shift_command,
)
from backend.attendance.service.confirmation import (
    MOST_TOGETHER,
    AwaitingTogether,
    Confirmed,
    ConfirmedTogether,
    allow_more,
    awaiting_at,
    confirm_service,
    confirm_shift,
    withdraw_confirmation,
)
from backend.attendance.service.doors import NoDoorCode, end_door_code, has_door_code, issue_door_code, leave_home, visit_instead
from backend.attendance.service.flags import clear_service, flag_service
from backend.attendance.service.past import PastService, PastShift, record_past
from backend.attendance.service.records import Corrected, add_late_record, add_record, correct_record, look_at_correction, withdraw_record
from backend.attendance.service.refusals import OutsideWindow, OwnService, OwnWord, RecordsOverlap, ServiceNotFound
from backend.attendance.service.releases import (
    UNSERVED,
    goes_on,
    places_of_organisation,
    places_of_person,
    places_of_team,
    release_after_service,
    release_claim,
    release_for_dissolved_teams,
    release_for_ended_organisations,
    release_for_former_members,
    release_of_opening,
    release_served,
)
from backend.attendance.service.settling import LookedAt, recheck_settled, record_waits, settle_shifts
from backend.attendance.service.shifts import (
    Place,
    ShiftNotPlanned,
    ShiftTooLong,
    cancel_shift,
    cancel_shifts,
    close_overdue,
    hand_on_shifts,
    leave_to_community,
    move_shift,
    plan_shift,
    require_fewer_there,
)
from backend.attendance.service.signing import (
    ScannedTooLongAgo,
    SignedInAs,
    SignedOutWith,
    shift_to_sign_in,
    shift_to_sign_out,
    show_code,
    sign_in,
    sign_out,
)
