"""Kinds of mistakes that ten days of an office found, each with the tests that keep it from coming back, and each input that showed one.
Whoever renames or removes such a test says here which one keeps the place now."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]

KINDS: Mapping[str, Sequence[str]] = {
    "an ending reaches what hangs on it": (
        "demands/test_endings.py::test_with_its_last_shift_a_demand_is_called_off_and_nobody_holds_or_takes_a_place",
        "agreements/test_nothing_open.py::test_after_the_last_consent_and_after_death_nothing_open_names_the_person",
        "attendance/test_claimants_gone.py::test_a_dissolved_team_gives_back_the_places_ahead_and_others_take_them",
        "successions/test_openness.py::test_whatever_is_open_in_a_community_is_told_with_the_step_that_ends_it",
    ),
    "what is past is closed": (
        "demands/test_endings.py::test_after_its_time_a_claim_is_not_given_back_nor_the_demand_or_shift_called_off",
        "demands/test_endings.py::test_a_claim_that_is_given_back_in_the_next_year_still_counts_in_its_own",
        "statistics/test_known_at.py::test_what_was_known_stays_known_whatever_is_corrected_withdrawn_ended_and_begun",
    ),
    "one reading of each identity text": (
        "people/test_readings.py::test_somebody_is_found_again_however_they_are_typed",
        "people/test_names.py::test_ideographs_of_every_block_stand_in_names_up_to_its_edges_and_nothing_beside_them",
    ),
    "visible text only, unique by a folded key": (
        "api/test_contract.py::test_a_mark_that_changes_nothing_where_it_stands_is_left_out",
        "accounts/test_names_apart.py::test_a_team_that_looks_like_another_one_is_refused_in_its_community_and_not_elsewhere",
    ),
    "master data has a life": (
        "party/test_work_units.py::test_two_rows_of_one_unit_become_one_with_all_that_names_them",
        "volunteers/test_moves.py::test_who_moves_out_of_a_year_stands_in_it_where_they_were_and_is_new_nowhere_again",
        "areas/test_areas.py::test_what_is_withdrawn_is_offered_no_more_and_takes_nobody_in",
        "successions/test_merging.py::test_all_goes_on_in_the_successor_and_no_figure_of_before_moves",
    ),
    "no dead ends": (
        "teams/test_without_leader.py::test_who_alone_could_lead_may_go_and_the_community_has_the_team",
        "attendance/test_signing.py::test_the_community_ends_a_sign_in_while_the_shift_runs_when_it_says_so",
    ),
    "limits fit real networks": ("api/test_limits.py::test_all_phones_behind_one_address_log_in_at_once_and_one_code_is_no_flood",),
    "plausible between fields": ("demands/test_demands.py::test_a_service_takes_place_within_the_bounds_of_the_district",),
}

INPUTS: Mapping[str, Sequence[str]] = {
    "1": ("demands/test_endings.py::test_with_its_last_shift_a_demand_is_called_off_and_nobody_holds_or_takes_a_place",),
    "2": (
        "demands/test_endings.py::test_after_its_time_a_claim_is_not_given_back_nor_the_demand_or_shift_called_off",
        "demands/test_endings.py::test_what_is_over_ends_by_itself_as_what_became_of_it",
    ),
    "3": (
        "people/test_readings.py::test_names_kept_before_they_were_read_are_read_by_night_and_are_theirs_before_that",
        "people/test_readings.py::test_somebody_is_found_again_however_they_are_typed",
        "people/test_names.py::test_however_it_was_typed_it_is_one_name_and_stays_it",
    ),
    "4": (
        "people/test_readings.py::test_somebody_is_found_again_however_they_are_typed",
        "people/test_names.py::test_however_it_was_typed_it_is_one_name_and_stays_it",
    ),
    "5": (
        "people/test_names.py::test_other_scripts_and_private_characters_do_not",
        "people/test_names.py::test_ideographs_of_every_block_stand_in_names_up_to_its_edges_and_nothing_beside_them",
    ),
    "6": ("accounts/test_names_apart.py::test_a_team_that_looks_like_another_one_is_refused_in_its_community_and_not_elsewhere",),
    "7": (
        "api/test_limits.py::test_all_phones_behind_one_address_log_in_at_once_and_one_code_is_no_flood",
        "api/test_limits.py::test_a_good_refresh_token_is_not_counted_with_its_neighbours_junk",
        "cli/test_production.py::test_what_lets_strangers_ask_without_end_is_refused",
    ),
    "8": ("people/test_readings.py::test_somebody_is_found_again_however_they_are_typed",),
    "9": ("party/test_work_units.py::test_a_unit_whose_name_looks_like_another_one_is_asked_about",),
    "10": ("teams/test_without_leader.py::test_who_alone_could_lead_may_go_and_the_community_has_the_team",),
    "11": (
        "successions/test_openness.py::test_whatever_is_open_in_a_community_is_told_with_the_step_that_ends_it",
        "successions/test_merging.py::test_all_goes_on_in_the_successor_and_no_figure_of_before_moves",
    ),
    "12": (
        "api/test_free_text.py::test_a_number_is_seen_in_whatever_way_it_is_written",
        "api/test_free_text.py::test_what_everybody_reads_leads_to_nobody_at_home",
    ),
    "13": ("registration/test_member_registrations.py::test_unknown_units_areas_and_days_to_come_are_refused",),
    "14": ("demands/test_demands.py::test_a_service_takes_place_within_the_bounds_of_the_district",),
    "15": (
        "attendance/test_signing.py::test_who_forgot_to_sign_out_may_sign_in_elsewhere",
        "attendance/test_signing.py::test_the_community_ends_a_sign_in_while_the_shift_runs_when_it_says_so",
    ),
    "16": ("demands/test_register.py::test_telephones_are_accepted_as_people_write_them_and_kept_in_one_form",),
    "17": ("demands/test_register.py::test_who_looks_like_somebody_on_record_is_named_until_the_clerk_says_it_is_another",),
    "18": ("openings/test_claims.py::test_one_person_is_asked_about_two_services_at_the_same_time_and_a_team_is_not",),
    "19": ("people/test_readings.py::test_a_foreigner_with_permanent_residence_has_a_number_of_their_own_kind",),
    "20": ("people/test_readings.py::test_a_name_of_one_character_is_asked_about_for_whomever_it_is",),
    "21": ("trial/test_supervisor.py::test_a_service_that_does_not_end_is_killed_after_its_patience",),
    "D1": ("api/test_health.py::test_a_log_that_takes_no_lines_costs_no_answer_and_is_told",),
    "D2": (
        "faults/test_clocks.py::test_who_signs_in_at_the_fast_host_signs_out_at_the_slow_one",
        "faults/test_clocks.py::test_who_signed_in_before_the_clock_was_set_back_signs_out_after_it",
        "faults/test_clocks.py::test_a_place_that_was_claimed_at_the_fast_host_is_given_back_at_the_slow_one",
    ),
    "D3": ("faults/test_clocks.py::test_who_registered_at_the_fast_host_may_at_once_do_at_the_slow_one_what_volunteers_may",),
    "D4": ("faults/test_clocks.py::test_a_code_that_the_fast_host_shows_is_good_at_the_slow_one",),
    "D5": ("faults/test_clocks.py::test_what_happened_at_the_fast_host_is_due_at_once",),
    "D6": ("faults/test_no_worker.py::test_beat_leaves_out_rings_while_nobody_takes_them_and_rings_again_once_somebody_does",),
    "D7": ("statistics/test_workers.py::test_a_worker_that_lost_its_power_in_the_midst_of_statistics_keeps_nobody_from_other_work",),
    "D8": ("api/test_health.py::test_while_the_next_release_migrates_this_one_is_ready_and_says_that_the_tables_are_newer",),
    "D9": ("api/test_health.py::test_a_standby_is_not_ready_and_a_command_says_so_in_one_line",),
    "D10": ("api/test_metrics.py::test_what_waits_in_the_outbox_shows_by_consumer_and_what_a_check_found_last_on_whatever_host",),
    "D11": ("cli/test_database_addresses.py::test_of_several_servers_the_one_that_takes_writes_is_used",),
    "D12": ("cli/test_database_addresses.py::test_a_folder_with_a_percent_sign_in_its_name_is_a_folder",),
    "D13": ("foundation/test_makefile.py::test_an_environment_that_names_another_place_is_made_anew",),
    "D14": ("trial/test_run.py::test_a_folder_that_takes_no_files_is_told_in_one_line",),
    "D15": ("trial/test_supervisor.py::test_a_log_turns_over_while_its_service_writes_it",),
    "D16": ("trial/test_supervisor.py::test_a_folder_that_goes_away_ends_the_run_and_this_is_said",),
    "D17": ("foundation/test_doorbell.py::test_it_rings_for_what_is_due_and_for_nothing_else",),
}
"""1 to 21 were typed by people, D1 to D17 befell hosts, clocks and logs."""

OPEN: Mapping[str, str] = {}
"""What is not mended yet."""

NUMBERS = {str(number) for number in range(1, 22)} | {f"D{number}" for number in range(1, 18)}


def test_each_input_has_a_place_that_keeps_it_or_is_said_to_be_open() -> None:
    assert len(KINDS) == 8
    assert INPUTS.keys() | OPEN.keys() == NUMBERS
    assert not INPUTS.keys() & OPEN.keys()
    assert all((*KINDS.values(), *INPUTS.values()))


def test_each_place_is_there() -> None:
    named = {place.partition("::")[::2] for kept_by in (*KINDS.values(), *INPUTS.values()) for place in kept_by}
    there = {
        path: {node.name for node in ast.parse((TESTS / path).read_text()).body if isinstance(node, ast.FunctionDef)} for path, _ in named
    }
    assert [f"{path}::{name}" for path, name in sorted(named) if name not in there[path]] == []
