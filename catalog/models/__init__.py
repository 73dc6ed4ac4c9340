"""Tables of the catalog, one file per aggregate."""

from catalog.models.audit import AuditRow
from catalog.models.changes import ChangeCounter, ChangeRow, CurrentRecord, FeedPull
from catalog.models.entries import DataItem, Entry, EntryStep, Resource, Revision
from catalog.models.jobs import Job
from catalog.models.obligations import Holiday, Obligation
from catalog.models.people import Account, AccountRole, AuthSession, Department
from catalog.models.sheets import SheetUpload

__all__ = [
    "Account",
    "AccountRole",
    "AuditRow",
    "AuthSession",
    "ChangeCounter",
    "ChangeRow",
    "CurrentRecord",
    "DataItem",
    "Department",
    "Entry",
    "EntryStep",
    "FeedPull",
    "Holiday",
    "Job",
    "Obligation",
    "Resource",
    "Revision",
    "SheetUpload",
]
