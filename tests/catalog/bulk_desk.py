"""The office at its bulk acts, for tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from catalog import bulk
from catalog.models import BulkAct, Department, Entry
from catalog.permissions import Actor


@dataclass
class Bulk:
    """The office at its bulk acts, within one session."""

    session: Session
    by: Actor
    now: dt.datetime

    def plan(self, kind: str, **args: Any) -> bulk.Plan:
        return bulk.preview_bulk(self.session, kind, args, by=self.by)

    def apply(self, kind: str, **args: Any) -> BulkAct:
        digest = self.plan(kind, **args).digest
        return bulk.apply_bulk(
            self.session, kind, args, reason="按机构调整方案", digest=digest, by=self.by, now=self.now
        )

    def undo(self, act: BulkAct) -> bulk.BulkFacts:
        bulk.undo_bulk(self.session, act.id, reason="方案暂缓", by=self.by, now=self.now)
        return self.facts(act)

    def facts(self, act: BulkAct) -> bulk.BulkFacts:
        return bulk.get_bulk(self.session, act.id, by=self.by)


def of(department: Department) -> dict[str, str]:
    return {"department_id": str(department.id)}


def these(*entries: Entry) -> dict[str, Any]:
    return {"selection": {"ids": [str(entry.id) for entry in entries]}}
