"""Tables of the catalog, one file per aggregate."""

from catalog.models.assessment import (
    BulkAct,
    Duty,
    DutyRecord,
    DutyTarget,
    IndicatorWeight,
    Rectification,
    Scorecard,
    ScoreObjection,
)
from catalog.models.audit import AuditRow
from catalog.models.changes import ChangeCounter, ChangeRow, CurrentRecord, FeedPull
from catalog.models.entries import DataItem, Entry, EntryStep, Resource, Revision
from catalog.models.jobs import Job
from catalog.models.notices import Message, Reminder, Webhook
from catalog.models.obligations import Delivery, Holiday, Obligation, ObligationAct
from catalog.models.people import Account, AccountRole, AuthSession, Department
from catalog.models.plans import Candidate, Declaration, Handover, PlanDepartment, PlanItem, PlanNode, WorkPlan
from catalog.models.sheets import SheetUpload

__all__ = [
    "Account",
    "AccountRole",
    "AuditRow",
    "AuthSession",
    "BulkAct",
    "Candidate",
    "ChangeCounter",
    "ChangeRow",
    "CurrentRecord",
    "DataItem",
    "Declaration",
    "Delivery",
    "Department",
    "Duty",
    "DutyRecord",
    "DutyTarget",
    "Entry",
    "EntryStep",
    "FeedPull",
    "Handover",
    "Holiday",
    "IndicatorWeight",
    "Job",
    "Message",
    "Obligation",
    "ObligationAct",
    "PlanDepartment",
    "PlanItem",
    "PlanNode",
    "Rectification",
    "Reminder",
    "Resource",
    "Revision",
    "ScoreObjection",
    "Scorecard",
    "SheetUpload",
    "Webhook",
    "WorkPlan",
]
