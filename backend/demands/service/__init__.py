"""Commands of demands: submitted, decided on, completed or called off; and whom they are for."""

from backend.demands.service.beneficiaries import (
    AreaNotServed,
    BeneficiaryDetails,
    BirthYearInvalid,
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

__all__ = [
    "AreaNotServed",
    "BeneficiaryDetails",
    "BeneficiaryNeeded",
    "BeneficiaryNotAsked",
    "BeneficiaryUnknown",
    "BirthYearInvalid",
    "DemandNotPublished",
    "DemandNotSubmitted",
    "NewDemand",
    "NoCountingService",
    "PhoneInvalid",
    "PlaceNotAsked",
    "Publication",
    "RequesterUnknown",
    "RevealedBeneficiary",
    "TooManyPlaces",
    "WindowInvalid",
    "add_beneficiary",
    "cancel_demand",
    "complete_demand",
    "demand_number",
    "publish_demand",
    "return_demand",
    "reveal_beneficiary",
    "reveal_field_of_beneficiary",
    "settle_by_confirmations",
    "settle_by_records",
    "submit_demand",
    "withdraw_demand",
]
