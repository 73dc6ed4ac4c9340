"""Working days in China: the State Council's yearly arrangement with 调休, corrected by the office where it must be."""

from catalog.workdays.calendar import Calendar, DayFacts, check_day
from catalog.workdays.corrections import correct_day, list_corrections, load_calendar, remove_correction
from catalog.workdays.importing import (
    ArrangedDay,
    ArrangementPlan,
    apply_arrangement,
    plan_arrangement,
    read_arrangement,
)

__all__ = [
    "ArrangedDay",
    "ArrangementPlan",
    "Calendar",
    "DayFacts",
    "apply_arrangement",
    "check_day",
    "correct_day",
    "list_corrections",
    "load_calendar",
    "plan_arrangement",
    "read_arrangement",
    "remove_correction",
]
