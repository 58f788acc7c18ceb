"""Commands on people, by noun: persons and volunteers."""

from backend.people.service.consents import Channel, NoticeOutdated
from backend.people.service.persons import (
    GuardianNeeded,
    IdentityDiffers,
    IdentityNeeded,
    IdNumberInvalid,
    NameInvalid,
    PersonExists,
    PersonKnown,
    PhoneInvalid,
    register_person,
    set_phone,
)
from backend.people.service.volunteers import (
    AlreadyVolunteer,
    NotAVolunteer,
    StillLeading,
    leave_volunteering,
    register_volunteer,
    volunteer_number,
)

__all__ = [
    "AlreadyVolunteer",
    "Channel",
    "GuardianNeeded",
    "IdNumberInvalid",
    "IdentityDiffers",
    "IdentityNeeded",
    "NameInvalid",
    "NotAVolunteer",
    "NoticeOutdated",
    "PersonExists",
    "PersonKnown",
    "PhoneInvalid",
    "StillLeading",
    "leave_volunteering",
    "register_person",
    "register_volunteer",
    "set_phone",
    "volunteer_number",
]
