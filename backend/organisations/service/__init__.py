"""Commands on social organisations, by noun: the life of an organisation, and its staff."""

from backend.organisations.service.life import (
    OrganisationPlan,
    RecordNumberInvalid,
    amend_application,
    apply_for_organisation,
    end_organisation,
    return_organisation,
    verify_organisation,
)
from backend.organisations.service.rows import (
    CreditCodeTaken,
    OrganisationNotApplied,
    OrganisationNotReturned,
    OrganisationNotVerified,
    RecordNumberTaken,
)
from backend.organisations.service.staff import (
    AlreadyOfficer,
    AlreadyStaff,
    NotStaff,
    OfficerMustHandOver,
    StaffUnknown,
    add_staff,
    hand_over,
    leave_organisation,
    remove_staff,
)
from backend.party.service import CreditCodeInvalid
