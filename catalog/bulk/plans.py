"""What a bulk act would do and has done, object by object: the same rows in preview, ledger and history."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from sqlalchemy.orm import Session

from catalog.permissions import Actor

BULK_STATES: Mapping[str, tuple[str, str]] = {
    "asking": ("提请中", "Being asked for"),
    "asked": ("待另一人确认", "Waits for a second person"),
    "applying": ("办理中", "Being carried out"),
    "applied": ("已办理", "Carried out"),
    "undoing": ("撤销中", "Being undone"),
    "undone": ("已撤销", "Undone"),
}
"""asked only where two persons are needed; the -ing states are being worked through in batches."""

CHANGE_STATES: Mapping[str, tuple[str, str]] = {
    "planned": ("未办理", "Not yet"),
    "asked": ("已提请", "Asked for"),
    "done": ("已办理", "Done"),
    "skipped": ("未能办理", "Not possible"),
    "undone": ("已恢复", "Restored"),
    "kept": ("未恢复", "Not restored"),
}

WHATS: Mapping[str, tuple[str, str]] = {
    "department": ("部门", "Department"),
    "entry": ("目录条目", "Entry"),
    "account": ("账号", "Account"),
    "plan": ("工作计划", "Work plan"),
    "plan_item": ("计划清单项", "Item of a plan"),
    "candidate": ("待开放清单项", "Candidate"),
    "rectification": ("整改事项", "Finding"),
    "webhook": ("通知地址", "Webhook"),
}
"""Kinds of things that a bulk act moves."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes: `before` and `after` by field; fields that end in `_id` are for the machine alone.

    `why` is the code of the reason for which it was skipped or kept.
    """

    what: str
    id: str
    label: str
    before: dict[str, Any]
    after: dict[str, Any]
    address: str = ""
    """The entry's name in addresses, for a link."""
    state: str = "planned"
    why: str | None = None

    @property
    def uuid(self) -> uuid.UUID:
        """The id as a value."""
        return uuid.UUID(self.id)

    def as_dict(self) -> dict[str, Any]:
        """The row as it is stored."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was chosen and cannot be changed, and the code of the reason."""

    what: str
    id: str
    label: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act would do as things stand now. `digest` is equal for two plans only if they say the same."""

    kind: str
    args: dict[str, Any]
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the preview shows."""
        said = {
            "kind": self.kind,
            "args": self.args,
            "changes": [change.as_dict() for change in self.changes],
            "refusals": [asdict(refusal) for refusal in self.refusals],
        }
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class Doing:
    """An act in progress: who carries it out, on whose proposal, why, with which arguments."""

    session: Session
    args: Mapping[str, Any]
    reason: str
    by: Actor
    asked_by: Actor
    now: dt.datetime
