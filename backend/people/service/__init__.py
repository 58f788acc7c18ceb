"""Commands on people and what they ask first, by noun: identity, persons, consents, guardians."""

from backend.people.service.basis import (
    BORN_ERASED,
    DIED,
    ERASED_NAME,
    DataWithdrawn,
    Datum,
    Ending,
    PersonDied,
    end_basis,
    erase_unneeded,
    hold_to_end,
    next_unmasked,
    note_death,
    require_alive,
    require_standing,
    take_back_death,
    took_identity_back,
    why_ended,
)
from backend.people.service.checks import check_identity, state_identity
from backend.people.service.consents import (
    Channel,
    NoticeOutdated,
    PaperConsent,
    agreed_on_paper,
    agrees_to,
    give_consent,
    give_paper_consents,
    require_current,
    took_back,
)
from backend.people.service.corrected import correct_identity, differs, require_free
from backend.people.service.guardians import (
    Agreement,
    GuardianshipOver,
    Named,
    WardNotMinor,
    agree_anew,
    end_guardianship,
    guardian_of,
    state_guardianship,
    words_about,
    words_of,
)
from backend.people.service.guards import (
    AdultNeeded,
    PersonNeeded,
    adult_of,
    consents_to,
    has_guardians_word,
    hold_person,
    is_minor,
    person_of,
    require_adult,
    require_consent,
    was_ward,
)
from backend.people.service.identity import (
    GuardianNeeded,
    Identity,
    IdNumberInvalid,
    NameInvalid,
    clear_name,
    look_all_up,
    look_up,
    read_adult,
    read_identity,
    read_name,
)
from backend.people.service.persons import (
    IdentityAtDesk,
    IdentityDiffers,
    PersonExists,
    PersonKnown,
    PhoneInvalid,
    add_person,
    hand_on_people,
    move_person,
    own_person,
    phone_holder,
    put_all_on_record,
    put_on_record,
    register_person,
    set_phone,
    store_phone,
    tie_own_account,
)
from backend.people.service.readings import read_names_of, read_old_names
from backend.people.service.withdrawals import (
    agree,
    consenting,
    consenting_at_desk,
    require_no_account,
    take_back_all,
    take_back_consent,
)
