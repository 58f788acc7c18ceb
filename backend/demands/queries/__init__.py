"""Reads of demands, and of whom they are for."""

from backend.demands.queries.beneficiaries import (
    BeneficiaryLine,
    BeneficiarySearch,
    BeneficiaryView,
    Similar,
    beneficiaries,
    beneficiaries_found,
    beneficiary,
    lacks_basis,
    readings,
)
from backend.demands.queries.demands import (
    ChangeLine,
    DemandLine,
    DemandSearch,
    DemandSort,
    DemandView,
    StepLine,
    changes_of_demand,
    claims_seen,
    demand,
    demands_in_care,
    demands_near,
    demands_of_openings,
    is_to_amend,
    is_to_close,
    is_to_review,
    my_demands,
    open_demands,
    openings_numbered,
    steps_of_demand,
)
