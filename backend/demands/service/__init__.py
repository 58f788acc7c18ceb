"""Commands of demands: submitted, decided on, completed or called off; and whom they are for."""

from backend.demands.service.beneficiaries import (
    AreaNotServed,
    BeneficiaryDetails,
    BirthYearInvalid,
    NamesBeneficiary,
    RevealedBeneficiary,
    add_beneficiary,
    reveal_beneficiary,
    reveal_field_of_beneficiary,
)
from backend.demands.service.life import DemandNotPublished, DemandNotSubmitted
from backend.demands.service.publication import (
    NoCountingService,
    PlaceNotAsked,
    Publication,
    WindowInvalid,
    cancel_demand,
    complete_demand,
    publish_demand,
    settle_by_confirmations,
    settle_by_records,
)
from backend.demands.service.submission import (
    BeneficiaryNeeded,
    BeneficiaryNotAsked,
    BeneficiaryUnknown,
    NewDemand,
    RequesterUnknown,
    TooManyPlaces,
    demand_number,
    return_demand,
    submit_demand,
    withdraw_demand,
)
from backend.people.service import PhoneInvalid
