"""Commands of demands: submitted, decided on, changed, completed or called off; and whom they are for."""

from backend.demands.service.again import publish_again
from backend.demands.service.arrangements import RegisteredMember, WantedArrangement, arrange
from backend.demands.service.bases import StatedBasis, add_basis, recheck_bases, withdraw_basis
from backend.demands.service.beneficiaries import RevealedBeneficiary, reveal_beneficiary, reveal_field_of_beneficiary
from backend.demands.service.changes import Change, change_demand
from backend.demands.service.commands import DemandCommand, commands_on
from backend.demands.service.doors import end_door_code, issue_door_code
from backend.demands.service.endings import NOBODY_CAME, NOBODY_CLAIMED, NOTHING_CONFIRMED, cancel_shift, end_over, mark_not_carried_out
from backend.demands.service.prompts import go_on, next_step
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
from backend.demands.service.register import BeneficiaryDetails, BeneficiarySimilar, add_beneficiary, index_old, read_old_names
from backend.demands.service.register_commands import (
    BeneficiaryCommand,
    commands_on_beneficiary,
    may_add,
    require_beneficiary_command,
    require_may_add,
)
from backend.demands.service.submission import (
    Amendment,
    NewDemand,
    amend_demand,
    demand_number,
    return_demand,
    submit_demand,
    withdraw_demand,
)
from backend.demands.service.transfers import hand_on_demands, hand_on_register
from backend.demands.service.upkeep import (
    NewHome,
    end_beneficiary,
    end_for_dead,
    erase_unneeded,
    merge_beneficiary,
    move_beneficiary,
    tie_beneficiary,
)
from backend.demands.service.withdrawals import end_for_withdrawn
