"""The kinds of bulk act: one row each, read by pages, jobs and tests alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalog.bulk.merging import apply_merge, plan_merge, undo_merge
from catalog.bulk.plans import Change, Doing, Plan
from catalog.bulk.reassigning import apply_reassign, plan_reassign, undo_reassign
from catalog.bulk.recycling import apply_change_cycle, plan_change_cycle, undo_change_cycle
from catalog.bulk.renaming import apply_rename, plan_rename, undo_rename
from catalog.bulk.withdrawing import apply_withdraw, ask_withdraw, plan_withdraw, undo_withdraw
from catalog.errors import NotFound

Step = Callable[[Doing, Change], None]
"""Carries out, or takes back, one change; raises a DomainError where that cannot be."""


@dataclass(frozen=True, slots=True)
class BulkKind:
    """One kind of act.

    `plan` says what would happen and writes nothing. `chooses_entries`: it is about chosen entries, not a department.
    `two_person`: another person of the office confirms before `apply`; `ask` is what already happens on asking.
    """

    key: str
    zh: str
    en: str
    plan: Callable[[Session, dict[str, Any]], Plan]
    apply: Step
    undo: Step
    chooses_entries: bool = False
    two_person: bool = False
    ask: Step | None = None


_KINDS = (
    BulkKind("rename_department", "部门更名", "Rename a department", plan_rename, apply_rename, undo_rename),
    BulkKind("merge_departments", "部门合并", "Merge departments", plan_merge, apply_merge, undo_merge),
    BulkKind(
        "reassign", "条目划转", "Hand entries over", plan_reassign, apply_reassign, undo_reassign,
        chooses_entries=True,
    ),
    BulkKind(
        "change_cycle", "调整更新周期", "Change update cycles", plan_change_cycle, apply_change_cycle,
        undo_change_cycle, chooses_entries=True, two_person=True,
    ),
    BulkKind(
        "withdraw", "批量下架", "Withdraw entries", plan_withdraw, apply_withdraw, undo_withdraw,
        chooses_entries=True, two_person=True, ask=ask_withdraw,
    ),
)  # fmt: skip

BULK_KINDS: Mapping[str, BulkKind] = {kind.key: kind for kind in _KINDS}


def get_kind(key: str) -> BulkKind:
    """The kind of this key; raises NotFound("bulk_kind_unknown")."""
    kind = BULK_KINDS.get(key)
    if kind is None:
        raise NotFound("bulk_kind_unknown", kind=key[:40])
    return kind
