"""Each oracle of own records and each tricky input has a test: a table of them, so that none is lost by a renaming."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parents[1]
CLEANING, READING = "records/test_cleaning.py", "records/test_reading.py"
ORACLES, FIT = "studies/fitting/test_oracles.py", "studies/fitting/test_fit.py"
FORECAST, STATE = "studies/forecast/test_forecast.py", "studies/forecast/test_state.py"
BY_HAND = "output/test_standing_by_hand.py"
STANDING = "output/test_standing_at.py"
TABLE: Final = {
    **{f"F{n}": (ORACLES, f"test_f{n}_") for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12)},
    "F9": (READING, "test_two_time_zones_of_one_border_give_one_time"),
    "S1": (STANDING, "test_one_at_work_since_20_min_and_two_waiting_are_through_at_40_100_and_160_min"),
    "S1 clears and probe": (
        FORECAST,
        "test_one_at_work_and_two_waiting_are_gone_after_160_min_and_a_probe_is_through_after_220",
    ),
    "S5": (STANDING, "test_work_goes_on_after_hours_and_who_waits_is_served_when_the_gate_opens"),
    "S6": (STANDING, "test_a_truck_of_a_fleet_ends_its_trip_and_makes_the_others_with_their_numbers"),
    "S7": (STANDING, "test_a_train_that_waits_for_a_wagon_set_draws_when_one_comes_back"),
    "S8": (STANDING, "test_a_path_entered_10_min_ago_is_free_again_when_its_headway_is_over"),
    "S9": (STANDING, "test_who_is_served_is_not_displaced_by_a_higher_priority"),
    "S10": (STANDING, "test_who_ends_work_a_second_later_queues_behind_all_who_wait"),
    "S2": (FORECAST, "test_rest_of_an_exponential_work_does_not_depend_on_how_long_it_took"),
    "S3": (FORECAST, "test_rest_of_a_uniform_work_is_uniform_over_what_is_left"),
    "S4": (FORECAST, "test_a_work_that_took_longer_than_the_model_knows_ends_at_once_and_is_counted"),
    "S11 to S13": (FORECAST, "test_quantiles_probability_and_scores_are_those_of_hand"),
    "1 no zone, 2 day and month": (CLEANING, "test_what_cannot_be_read_without_a_guess_is_refused"),
    "2 a day above twelve": (CLEANING, "test_a_day_above_twelve_settles_day_and_month"),
    "3 wrong encoding": (CLEANING, "test_a_wrong_encoding_names_one_that_fits"),
    "4 serial numbers": (READING, "test_a_workbook_has_dates_serial_numbers_and_formulas_as_texts"),
    "5 rows above the header": (READING, "test_a_workbook_has_dates_serial_numbers_and_formulas_as_texts"),
    "5 two header rows": (CLEANING, "test_two_rows_of_headings_need_the_row_of_the_second"),
    "6 wrong day": (CLEANING, "test_an_end_soon_after_midnight_with_the_day_of_the_evening_is_mended"),
    "7 open at the end": (ORACLES, "test_open_visits_raise_the_mean_and_never_lower_it"),
    "8 began before": (CLEANING, "test_journeys_that_began_before_the_log_are_no_arrivals"),
    "9 exported twice": (CLEANING, "test_the_same_month_exported_twice_counts_once"),
    "10 one plate, two trucks": (CLEANING, "test_one_plate_at_two_places_is_in_doubt_unless_a_column"),
    "11 rounded": (ORACLES, "test_rounding_to_five_minutes_moves_the_mean_little_and_is_no_spread"),
    "12 end of shift": (CLEANING, "test_ends_piled_up_at_the_end_of_a_shift_are_intervals"),
    "13 days missing": (CLEANING, "test_days_without_any_record_are_missing"),
    "14 closed week": (ORACLES, "test_a_closed_week_is_closed_days_and_no_low_rate"),
    "15 counted at the gate": (FIT, "test_counts_at_the_gate_are_no_demand"),
    "16 unknown service": (CLEANING, "test_what_cannot_be_read_without_a_guess_is_refused"),
    "16 nearest service": (CLEANING, "test_a_service_that_the_world_does_not_have_is_refused_with_the_nearest"),
    "17 two spellings": (CLEANING, "test_values_of_a_service_column_in_two_spellings_are_one_service"),
    "18 n = 9 and 10": (ORACLES, "test_numbers_are_written_by_the_evidence"),
    "19 all equal": (ORACLES, "test_equal_durations_are_constant"),
    "20 400 days": (ORACLES, "test_one_duration_of_400_days_shows_as_a_poor_fit"),
    "21 weights": (CLEANING, "test_a_negative_weight_is_no_load"),
    "21 unit of weights": (CLEANING, "test_a_load_in_kg_that_the_map_takes_for_tonnes_is_refused"),
    "22 planned": (CLEANING, "test_planned_records_do_not_count"),
    "23 summer time": (
        CLEANING,
        "test_an_hour_that_the_zone_skips_is_dropped_and_one_that_comes_twice_keeps_the_order",
    ),
    "24 empty": (READING, "test_a_file_without_records_is_refused"),
    "25 last come, first served": (ORACLES, "test_a_station_is_refused_for_few_visits_and_for_last_come_first_served"),
    "26 one of two services": (FIT, "test_servers_of_a_place_with_other_traffic_are_refused_and_durations_kept"),
    "27 later than the state": (STATE, "test_faults_of_a_state_are_findings_with_their_line"),
    "28 the gate is shut": (STANDING, "test_work_goes_on_after_hours_and_who_waits_is_served_when_the_gate_opens"),
    "28 none of 412": (BY_HAND, "test_a_closed_gate_moves_none_of_412_until_it_opens"),
    "28 and 29 valid": (STATE, "test_a_state_without_vehicles_and_one_of_a_long_queue_are_valid"),
    "29 empty state": (BY_HAND, "test_from_a_state_without_vehicles_a_run_is_one_in_which_none_came_before"),
    "30 at a branch": (STATE, "test_at_a_branch_the_finding_names_the_next_step_at_which_a_vehicle_can_be"),
    "31 formula": (CLEANING, "test_ids_are_hashed_and_a_formula_is_text"),
    "32 document type": (READING, "test_a_document_type_is_refused_in_any_encoding"),
}


@pytest.mark.parametrize("oracle", TABLE)
def test_an_oracle_has_its_test(oracle: str) -> None:
    file, name = TABLE[oracle]
    assert f"\ndef {name}" in (TESTS / file).read_text(encoding="utf-8")
