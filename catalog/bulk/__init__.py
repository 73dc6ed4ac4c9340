"""Bulk acts: one act over many objects, previewed, applied as it was seen, and undone for what has not moved since."""

from catalog.bulk.applying import BULK_AT_ONCE, apply_bulk, confirm_bulk, continue_bulk
from catalog.bulk.history import BulkFacts, BulkPage, get_bulk, list_bulk
from catalog.bulk.kinds import BULK_KINDS, BulkKind
from catalog.bulk.plans import BULK_STATES, CHANGE_STATES, WHATS, Change, Plan, Refusal
from catalog.bulk.previewing import preview_bulk
from catalog.bulk.selecting import MAX_ENTRIES, Selection, list_selected
from catalog.bulk.undoing import undo_bulk

__all__ = [
    "BULK_AT_ONCE",
    "BULK_KINDS",
    "BULK_STATES",
    "CHANGE_STATES",
    "MAX_ENTRIES",
    "WHATS",
    "BulkFacts",
    "BulkKind",
    "BulkPage",
    "Change",
    "Plan",
    "Refusal",
    "Selection",
    "apply_bulk",
    "confirm_bulk",
    "continue_bulk",
    "get_bulk",
    "list_bulk",
    "list_selected",
    "preview_bulk",
    "undo_bulk",
]
