"""Cases that once gave a wrong answer or a traceback: each with its right value, its test and twins of its kind.

A name in brackets is a value of a parametrised test. To run the tests of one case, give its
names to pytest: ``pytest tests/cli/test_outputs.py -k full_disk``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parents[1]


@dataclass(frozen=True)
class Case:
    """One wrong answer and what replaced it."""

    wrong: str
    right: str
    tests: tuple[str, ...]
    """The test of the case, and those of at least two twins."""


CASES: Final = {
    "bitflip_footer_rows_vanish": Case(
        "one bit of the footer of a shard flips: compare reads fewer runs, batch says that all is done",
        "every flipped bit is refused or changes no row; both commands use one test of a finished shard",
        (
            "experiments/test_changed_results.py::test_every_single_bit_that_flips_is_noticed_or_changes_nothing",
            "experiments/test_changed_results.py::test_changed_rows_are_refused_by_every_reader[a row less]",
            "experiments/test_changed_results.py::test_changed_rows_are_refused_by_every_reader[no row]",
            "experiments/test_changed_results.py::test_a_lost_shard_is_still_to_do_for_batch_and_for_compare",
        ),
    ),
    "check_misses_parameters": Case(
        "check passes run_days = -3, run_warmup_days = 7.5 and 30 February; run refuses them",
        "check refuses what a run or a comparison cannot use",
        (
            "cli/test_check_finds_first.py::test_parameters_that_no_run_can_use_are_found_by_the_check[run_days,-3]",
            "cli/test_check_finds_first.py::test_parameters_that_no_run_can_use_are_found_by_the_check[run_start,20250230]",
            "cli/test_check_finds_first.py::test_parameters_that_compare_divides_by_are_found_by_the_check",
            "cli/test_check_finds_first.py::test_tables_that_the_check_accepts_can_be_run",
        ),
    ),
    "closed_section_no_detour": Case(
        "trucks wait 80 h before a closed section, though another way takes 2 h",
        "with reroute_after_h they take the other way, as the saving decides; without it, the check names the detour",
        (
            "compile/test_rerouting.py::test_trucks_before_a_closed_section_take_the_other_way[(2, 2, 2, 2)]",
            "compile/test_rerouting.py::test_a_detour_keeps_to_the_gauge[rail_1520]",
            "compile/test_rerouting.py::test_two_closed_links_are_waited_for_once_where_they_close_together",
            "compile/test_rerouting.py::test_a_detour_that_is_closed_as_well_counts_its_wait",
            "compile/test_rerouting.py::test_check_warns_of_a_detour_that_is_not_used_and_of_one_that_is_not_there",
        ),
    ),
    "closure_9999": Case(
        "a closure up to 9999-12-31 overflows the calendar of Python",
        "it closes the whole run; so does one that begins on 0001-01-01",
        (
            "cli/test_odd_inputs.py::test_a_closure_up_to_the_last_day_of_the_calendar_closes_the_whole_run",
            "cli/test_odd_inputs.py::test_week_days_of_a_closure_without_end_are_closed_in_the_run",
            "cli/test_odd_inputs.py::test_a_service_may_open_or_close_on_any_day_of_the_calendar[9999-12-31]",
        ),
    ),
    "days_36500": Case(
        "run --days 36500 ends in a traceback: the compiled engine counts 68 years",
        "more days than an engine counts are refused as an option, in the tables and on the page",
        (
            "cli/test_check_finds_first.py::test_days_beyond_the_clock_of_the_engine_are_refused_as_an_option[36500]",
            "cli/test_check_finds_first.py::test_parameters_that_no_run_can_use_are_found_by_the_check[run_days,36500]",
            "app/test_app.py::test_days_beyond_the_clock_in_an_address_are_refused_on_the_page[36500]",
            "app/test_app.py::test_short_runs_of_the_server_have_days_within_bounds[36500]",
        ),
    ),
    "days_beyond_the_clock": Case(
        "run --days 40000 over any world ends in a traceback",
        "one line names the option or the row and the most days",
        (
            "cli/test_check_finds_first.py::test_days_beyond_the_clock_of_the_engine_are_refused_as_an_option[40000]",
            "cli/test_check_finds_first.py::test_days_beyond_the_clock_of_the_engine_are_refused_as_an_option[24856]",
            "cli/test_check_finds_first.py::test_parameters_that_no_run_can_use_are_found_by_the_check[run_days,24856]",
            "app/test_app.py::test_days_beyond_the_clock_in_an_address_are_refused_on_the_page[40000]",
        ),
    ),
    "dos_breakdowns": Case(
        "an address with 100,000 servers that fail every minute takes all memory, also when its visitor has left",
        "a plan that is too large is refused before it is made; a run that no visitor waits for is ended",
        (
            "compile/test_plan_size.py::test_a_run_that_would_be_too_large_is_refused_at_its_row_before_it_takes_memory[HOSTILE]",
            "compile/test_plan_size.py::test_a_run_that_would_be_too_large_is_refused_at_its_row_before_it_takes_memory[.fleet=1000000]",
            "compile/test_plan_size.py::test_choices_within_choices_are_refused_before_they_multiply",
            "app/test_app.py::test_a_scenario_of_an_address_that_is_too_large_is_refused_on_every_page",
            "app/test_app.py::test_a_job_of_a_year_that_is_too_large_is_refused_with_the_finding_though_the_short_run_is_not",
            "app/test_run_pool.py::test_a_visitor_who_leaves_during_a_run_frees_the_worker",
            "app/test_browser.py::test_a_scenario_that_is_too_large_is_refused_at_once_and_does_not_slow_another_visitor",
        ),
    ),
    "engine_fine_points": Case(
        "nine tiny plans that the prose of the rules leaves open, and plans that only one engine can take",
        "each is a worked example; the bounds of a plan refuse what an engine cannot take",
        (
            "engines/test_worked.py::test_trace_is_as_worked_by_hand",
            "core/test_plan.py::test_no_engine_may_run",
            "core/test_plan.py::test_jumps_of_steps_that_no_vehicle_reaches_stay_inside_the_program",
            "engines/test_conformance.py::test_an_engine_returns_the_trace_of_the_file",
        ),
    ),
    "excel_shapes_without_a_hint": Case(
        "a line sep=, fractions of a day, AM and PM, serial dates, 2025/1/1 and 25:30 are refused without a reason",
        "what is certain is read with a warning; else the finding states the value that was meant",
        (
            "corridors/test_excel_forms.py::test_times_whose_meaning_is_certain_are_read_with_a_warning[0.333333333,0.833333333]",
            "corridors/test_excel_forms.py::test_days_whose_meaning_is_certain_are_read_with_a_warning[20250110]",
            "corridors/test_excel_forms.py::test_forms_that_are_not_certain_are_refused_with_what_was_meant[45667]",
            "corridors/test_excel_forms.py::test_forms_that_are_not_certain_are_refused_with_what_was_meant[25:30]",
            "corridors/test_excel_forms.py::test_a_line_with_the_separator_is_no_row_and_lines_keep_their_numbers[sep=,\n]",
        ),
    ),
    "fifo_and_dev_zero": Case(
        "a pipe as a table or scenario waits without end, a link to /dev/zero fills the memory",
        "what is no plain file of a limited size is refused before it is read",
        (
            "cli/test_odd_inputs.py::test_what_is_no_plain_file_is_refused_wherever_it_is[pipe]",
            "cli/test_odd_inputs.py::test_what_is_no_plain_file_is_refused_wherever_it_is[/dev/zero]",
            "cli/test_odd_inputs.py::test_a_file_above_the_limit_is_refused_and_one_below_is_read",
            "cli/test_odd_inputs.py::test_an_endless_file_is_read_no_further_than_the_limit",
        ),
    ),
    "json_full_disk": Case(
        "a disk that fills up leaves half a JSON file in place of the earlier one",
        "every output is written to a temporary file; the earlier one stays as it was",
        (
            "cli/test_outputs.py::test_a_full_disk_leaves_the_older_file_as_it_was[--json]",
            "cli/test_outputs.py::test_a_full_disk_leaves_the_older_file_as_it_was[--report]",
            "cli/test_outputs.py::test_a_full_disk_leaves_the_older_file_as_it_was[--tables]",
        ),
    ),
    "line_only_world_refused": Case(
        "a world of lines alone is refused because facilities.csv and durations.csv are empty",
        "tables that no itinerary uses may be empty or missing",
        (
            "cli/test_odd_inputs.py::test_a_world_of_lines_alone_needs_no_facilities[rows]",
            "cli/test_odd_inputs.py::test_a_world_of_lines_alone_needs_no_facilities[file]",
            "cli/test_odd_inputs.py::test_a_table_that_itineraries_name_is_missed_once",
        ),
    ),
    "many_bad_keys": Case(
        "20,000 unknown keys take a time that grows with the square of their number",
        "the time is linear, the first 200 findings are listed and the others counted",
        (
            "cli/test_odd_inputs.py::test_twenty_thousand_wrong_keys_are_counted_and_the_first_listed",
            "cli/test_check_options.py::test_the_work_of_a_check_is_linear_in_its_findings",
            "corridors/test_tables.py::test_only_the_first_findings_have_a_suggestion",
        ),
    ),
    "new_unwritable": Case(
        "a new folder that cannot be made ends in a traceback",
        "one line with the reason",
        (
            "cli/test_outputs.py::test_a_new_folder_that_cannot_be_made_ends_in_one_line[/proc/x]",
            "cli/test_outputs.py::test_a_new_folder_that_cannot_be_made_ends_in_one_line[/dev/null]",
            "cli/test_outputs.py::test_a_file_that_cannot_be_made_is_refused_before_the_run",
        ),
    ),
    "port_passed_without_stop": Case(
        "a port that vehicles only drive through ends in a traceback",
        "97.3 trucks per day, a dwell time of 10 minutes, no bottleneck",
        (
            "cli/test_odd_inputs.py::test_a_port_that_vehicles_only_pass_has_traffic_and_no_bottleneck",
            "cli/test_odd_inputs.py::test_a_world_of_lines_alone_needs_no_facilities",
            "reports/test_no_value.py::test_a_port_without_a_stop_has_no_bottleneck",
        ),
    ),
    "road_shut_no_effect": Case(
        "a road without a limit of paths is closed for ten days, and everybody passes",
        "no vehicle enters on closed days; then all do in order of arrival",
        (
            "compile/test_closed_links.py::test_nobody_enters_a_closed_link_and_then_all_enter_in_order_of_arrival[None]",
            "compile/test_closed_links.py::test_a_fleet_keeps_its_order_of_arrival_behind_a_closed_road",
            "compile/test_closed_links.py::test_vehicles_both_ways_wait_each_at_their_end",
            "compile/test_closed_links.py::test_the_coal_road_of_the_base_year_closes",
        ),
    ),
    "run_silent_on_growing_queue": Case(
        "a run with twice the demand that its server can serve shows its dwell times as if they were settled",
        "a note with the growth per day and a dagger at the figures; in report, workbook and page too",
        (
            "kpi/test_queue_growth.py::test_one_server_with_twice_its_capacity",
            "kpi/test_queue_growth.py::test_a_server_whose_hours_are_too_few",
            "kpi/test_queue_growth.py::test_a_queue_behind_a_full_yard",
            "reports/test_run_notes.py::test_run_reports_a_queue_that_grows_and_marks_its_hours",
        ),
    ),
    "shard_edited": Case(
        "values of a shard are doubled and the file is written again: compare and batch accept it",
        "the hash of the rows is part of the file; changed rows are refused by every reader",
        (
            "experiments/test_changed_results.py::test_changed_rows_are_refused_by_every_reader[values doubled]",
            "experiments/test_changed_results.py::test_changed_rows_are_refused_by_every_reader[two rows swapped]",
            "experiments/test_changed_results.py::test_a_changed_record_is_refused",
        ),
    ),
    "share_of_servers_rounds_to_none": Case(
        "0.4 of one server is rounded to no server, 0.5 to one",
        "the server works that part of the hours: three trucks a day of 30 minutes each are served",
        (
            "compile/test_part_time.py::test_four_tenths_of_one_server_serve_three_trucks_a_day",
            "compile/test_part_time.py::test_with_vehicles_always_waiting_the_work_done_is_the_share[0.83]",
            "compile/test_part_time.py::test_in_a_day_shift_the_share_is_that_of_its_hours[0.1]",
            "compile/test_part_time.py::test_a_share_of_the_places_of_a_quota_is_kept_over_days",
        ),
    ),
    "single_track_head_on": Case(
        "opposing trains are on a single track at the same time, and the check is silent",
        "the check names single tracks whose headway is shorter than their running time, and those without paths",
        (
            "corridors/test_single_tracks.py::test_single_tracks_on_which_trains_meet_are_named[12.0]",
            "corridors/test_single_tracks.py::test_single_tracks_on_which_trains_meet_are_named[48.0]",
            "corridors/test_single_tracks.py::test_single_tracks_on_which_trains_meet_are_named[None]",
            "corridors/test_single_tracks.py::test_trains_meet_where_the_check_warns_and_nowhere_else",
        ),
    ),
    "stdout_closed_or_full": Case(
        "a closed or full standard output ends in a traceback",
        "files are written all the same; a full one is reported in one line with exit status 1",
        (
            "cli/test_outputs.py::test_a_closed_or_full_stream_is_no_traceback_and_files_are_written[>&-]",
            "cli/test_outputs.py::test_a_closed_or_full_stream_is_no_traceback_and_files_are_written[>/dev/full]",
            "cli/test_outputs.py::test_a_reader_of_one_line_ends_it_in_silence",
        ),
    ),
    "tables_over_input": Case(
        "--tables data/places.csv overwrites the table of the user",
        "no output is written among the data, over another input or over another output",
        (
            "cli/test_outputs.py::test_an_output_in_the_data_folder_is_refused_and_nothing_is_written[places.csv]",
            "cli/test_outputs.py::test_an_output_over_a_scenario_is_refused_also_through_a_link",
            "cli/test_outputs.py::test_a_file_named_twice_is_refused",
            "cli/test_outputs.py::test_results_among_the_data_are_refused",
        ),
    ),
    "xlsx_control_character": Case(
        "a control character in a name ends the writing of a workbook in a traceback; check accepts it",
        "check and run refuse the cell and show the character as an escape",
        (
            "cli/test_odd_inputs.py::test_a_control_character_in_a_name_is_refused_and_shown_as_an_escape[\x1b]",
            "cli/test_odd_inputs.py::test_a_control_character_in_a_name_is_refused_and_shown_as_an_escape[\x00]",
            "cli/test_odd_inputs.py::test_a_control_character_in_a_setting_or_a_new_row_is_refused",
        ),
    ),
    "yaml_bad_timestamp_tag": Case(
        "start: !!timestamp foo ends in a traceback",
        "a tag that the value does not fit, or that documents do not have, is a finding with its line",
        (
            "cli/test_odd_inputs.py::test_yaml_of_the_wrong_kind_is_refused_in_one_line[start: !!timestamp foo]",
            "cli/test_odd_inputs.py::test_yaml_of_the_wrong_kind_is_refused_in_one_line[days: !!int five]",
            "cli/test_odd_inputs.py::test_yaml_of_the_wrong_kind_is_refused_in_one_line[title_en: !!binary '$$']",
        ),
    ),
}
"""By name; each name is that of the wrong answer, as it was first seen."""


@cache
def parameters(file: str) -> dict[str, set[str]]:
    """For each test function of a file the values that it tries.

    They are those of its decorators and of the tables that these name, or without parameters those in its body.
    """
    body = ast.parse((TESTS / file).read_text(encoding="utf-8")).body
    tables: dict[str, ast.expr] = {}
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            tables |= {name.id: node.value for name in targets if isinstance(name, ast.Name)}
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            named = {one.id for part in node.decorator_list for one in ast.walk(part) if isinstance(one, ast.Name)}
            tried = [*node.decorator_list, *(tables[name] for name in named & tables.keys())]
            parts = tried if any("parametrize" in ast.unparse(one) for one in node.decorator_list) else [node]
            found[node.name] = {text for part in parts for one in ast.walk(part) for text in written(one)}
    return found


def written(node: ast.AST) -> set[str]:
    """How a value is written in a list of cases: a text without its quotation marks, any other as in the source."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return {ast.unparse(node)} if isinstance(node, ast.expr) else set()


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_a_test_and_two_twins(case: str) -> None:
    tests = CASES[case].tests
    assert len(set(tests)) == len(tests) >= 3
    for test in tests:
        file, _, name = test.partition("::")
        function, _, value = name.removesuffix("]").partition("[")
        assert function in parameters(file), test
        assert not value or value in parameters(file)[function], test
