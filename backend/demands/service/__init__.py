"""Commands of demands: submitted, decided on, changed, completed or called off; and whom they are for."""

from backend.demands.service.beneficiaries import (
    BeneficiaryDetails,
    RevealedBeneficiary,
    add_beneficiary,
    reveal_beneficiary,
    reveal_field_of_beneficiary,
)
from backend.demands.service.changes import Change, change_demand
from backend.demands.service.publication import (
    Announcement,
    Publication,
    cancel_demand,
    complete_demand,
    publish_demand,
    settle_by_confirmations,
    settle_by_flags,
    settle_by_records,
)
from backend.demands.service.submission import NewDemand, demand_number, return_demand, submit_demand, withdraw_demand
