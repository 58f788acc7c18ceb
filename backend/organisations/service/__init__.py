"""Commands on social organisations, by noun: the life of an organisation, and its staff."""

from backend.organisations.service.commands import OrganisationCommand, commands_on_organisation, require_organisation_command
from backend.organisations.service.days import correct_day, register_organisation
from backend.organisations.service.life import (
    OrganisationPlan,
    amend_application,
    apply_for_organisation,
    end_organisation,
    rename_organisation,
    return_organisation,
    verify_organisation,
)
from backend.organisations.service.staff import add_staff, hand_over, leave_organisation, let_act, remove_staff
from backend.organisations.service.transfers import hand_on_organisations
from backend.organisations.service.withdrawals import end_for_withdrawn
