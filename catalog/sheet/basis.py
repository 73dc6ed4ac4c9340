"""What the catalog holds now, as the sheet sees it: one basis per entry of a department."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from catalog.entries import EDITABLE_STATES
from catalog.field_values import Values
from catalog.fields import DEFAULTS, FIELDS, ITEM_FIELDS
from catalog.models import Entry, Revision
from catalog.revision_texts import item_values, revision_values
from catalog.sheet.columns import MARKER_SEPARATOR

_DIGEST_LENGTH = 12
_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Basis:
    """An entry as it stands: the revision being worked on, or else the published one.

    `fields` hold every name of FIELDS, `items` every name of ITEM_FIELDS. `open_state` is the state of the revision
    being worked on, None if there is none.
    """

    entry_id: uuid.UUID
    name: str
    state: str
    code_is_fixed: bool
    open_state: str | None
    lock: int
    fields: Values
    items: list[Values]
    source_url: str | None = None

    @property
    def title(self) -> str:
        """The title as it stands."""
        return str(self.fields["title"])

    @property
    def code(self) -> str | None:
        """信息资源代码, if it has one."""
        code: str | None = self.fields["code"]
        return code

    @property
    def is_editable(self) -> bool:
        """Whether a sheet may change it: not in review, not withdrawn."""
        return self.state != "withdrawn" and (self.open_state is None or self.open_state in EDITABLE_STATES)

    @property
    def marker(self) -> str:
        """What a sheet made from it carries in its hidden column."""
        return f"{self.name}{MARKER_SEPARATOR}{content_digest(self.fields, self.items)}"


def list_bases(session: Session, *, department_id: uuid.UUID | None = None, with_withdrawn: bool = True) -> list[Basis]:
    """The entries of a department, or of all, oldest first, with what their shown revision says: three queries."""
    shown = func.coalesce(Entry.open_revision_id, Entry.published_revision_id)
    query = (
        select(Entry, Revision)
        .join(Revision, Revision.id == shown)
        .options(selectinload(Revision.items))
        .order_by(Entry.created_at, Entry.name)
        .execution_options(populate_existing=True)
    )
    if department_id is not None:
        query = query.where(Entry.department_id == department_id)
    if not with_withdrawn:
        query = query.where(Entry.state != "withdrawn")
    return [_basis(entry, revision) for entry, revision in session.execute(query)]


def list_published_bases(session: Session, entry_ids: Sequence[uuid.UUID]) -> list[Basis]:
    """What is published of these entries, in the order of first publication: drafts and open revisions never."""
    query = (
        select(Entry, Revision)
        .join(Revision, Revision.id == Entry.published_revision_id)
        .options(selectinload(Revision.items))
        .order_by(Entry.ordinal)
        .execution_options(populate_existing=True)
    )
    bases: list[Basis] = []
    for start in range(0, len(entry_ids), _IDS_AT_ONCE):
        some = query.where(Entry.id.in_(entry_ids[start : start + _IDS_AT_ONCE]))
        bases += [_basis(entry, revision, is_open=False) for entry, revision in session.execute(some)]
    return bases


def _basis(entry: Entry, revision: Revision, *, is_open: bool | None = None) -> Basis:
    has_open = entry.open_revision_id is not None if is_open is None else is_open
    return Basis(
        entry_id=entry.id,
        name=entry.name,
        state=entry.state,
        code_is_fixed=entry.ordinal is not None,
        open_state=revision.state if has_open else None,
        lock=revision.lock_version,
        fields={"code": entry.code, **revision_values(revision)},
        items=[item_values(item) for item in revision.items],
        source_url=entry.source_url,
    )


def content_digest(fields: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """A short digest of what an entry says: equal content, equal digest, whatever is empty or left at its default."""
    content = [_filled(fields, FIELDS), [_filled(item, ITEM_FIELDS) for item in items]]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGEST_LENGTH]


def _filled(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    kept = {}
    for name in names:
        value = values.get(name)
        if value in (None, "", []) or value == DEFAULTS.get(name, False):
            continue
        kept[name] = value.isoformat() if isinstance(value, dt.date) else value
    return kept
