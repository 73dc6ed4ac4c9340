"""Working days in China: the State Council's yearly arrangement with 调休, corrected by the office where it must be."""

from catalog.workdays.calendar import Calendar, DayFacts
from catalog.workdays.corrections import correct_day, list_corrections, load_calendar, remove_correction

__all__ = ["Calendar", "DayFacts", "correct_day", "list_corrections", "load_calendar", "remove_correction"]
