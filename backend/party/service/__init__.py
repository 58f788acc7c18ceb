"""Commands of the Party's part: work units, and who works there."""

from backend.party.service.members import (
    JoinedPartyInFuture,
    JoinedPartyTooEarly,
    UnitSinceInvalid,
    UnitUnchanged,
    WorkUnitUnknown,
    hand_on_members,
    joined_too_early,
    keep_party_member,
    leave_unit,
    move_party_member,
)
from backend.party.service.units import (
    CreditCodeInvalid,
    UnitPlan,
    WorkUnitExists,
    WorkUnitsDiffer,
    WorkUnitSimilar,
    add_work_unit,
    change_work_unit,
    end_unit,
    hand_on_unit,
)
