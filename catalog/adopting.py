"""Take over a catalog that exists elsewhere: another portal's list or department sheets, as a database import.

Unlike the web sheet, which is all or nothing, an import takes what it can and reports the rest: rows become drafts with
their gaps, cells that are not understood stay empty and are listed, rows without a title or provider are refused.
With `adopt` entries that are public elsewhere go straight to published. A row that is absent means untouched.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.adopting_rows import Foreign, read_foreign, read_providers
from catalog.audit import record_audit
from catalog.departments import DepartmentNames, create_department
from catalog.entries import create_entry, edit_revision, get_revision, lock_entry, save_revision
from catalog.errors import Conflict, DomainError, Invalid
from catalog.models import Department, Entry, Revision
from catalog.permissions import Actor, require_allowed
from catalog.resources import add_resource
from catalog.revision_texts import item_values, revision_values
from catalog.sheet.basis import content_digest
from catalog.sheet.reading import CellProblem, SheetReading
from catalog.workflow import take_step

ACT = "catalog.adopt"
MAX_NOTES = 500_000
"""Findings that a report keeps word for word; all are counted."""
PROGRESS_EVERY = 50
MAX_ROWS = 200_000
"""Rows of another portal's list."""


@dataclass(slots=True)
class ImportReport:
    """What became of every row. `read` = drafted + adopted + updated + merged + refused.

    `notes` are the findings, by row; `dropped` counts the values that were not understood, by (column, value).
    """

    read: int = 0
    drafted: int = 0
    adopted: int = 0
    updated: int = 0
    merged: int = 0
    refused: int = 0
    departments_created: list[str] = field(default_factory=list)
    notes: list[CellProblem] = field(default_factory=list)
    note_counts: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, problem: CellProblem) -> None:
        """Keep a finding."""
        self.note_counts[problem.code] += 1
        if len(self.notes) < MAX_NOTES:
            self.notes.append(problem)
        if problem.kind == "warning" and "value" in problem.params:
            self.dropped[problem.label(), str(problem.params["value"])] += 1

    def counts(self) -> dict[str, int]:
        """The figures, JSON-able."""
        names = ("read", "drafted", "adopted", "updated", "merged", "refused")
        return {**{name: getattr(self, name) for name in names}, "departments": len(self.departments_created)}


Progress = Callable[[int, int], None]


def import_catalog(
    session: Session,
    reading: SheetReading,
    *,
    adopt: bool = False,
    create_departments: bool = False,
    region: str | None = None,
    by: Actor,
    now: dt.datetime,
    file_name: str = "",
    on_progress: Progress | None = None,
) -> ImportReport:
    """Import a list read by `read_sheet(path, max_rows=MAX_ROWS)`; one audit row for the whole beside those per entry.

    Identity: code, else the source address if it is unique in the file, else (provider, title). `region` is the
    list's own where its names of bodies leave that out (市统计局 of 连云港市). Short names are matched with the
    departments of this catalog only where the list is of the same region. Raises NotAllowed (`create_departments`
    needs the right to manage departments too).
    """
    require_allowed(by, ACT)
    importer = _Importer(
        session, reading, adopt=adopt, create_departments=create_departments, region=region, by=by, now=now
    )
    total = len(reading.entries)
    for done, entry in enumerate(reading.entries, start=1):
        importer.take(read_foreign(reading, entry, today=now, providers=importer.providers))
        if on_progress and (done % PROGRESS_EVERY == 0 or done == total):
            on_progress(done, total)
    report = importer.report
    params = {"file": file_name, "adopt": adopt, **report.counts()}
    record_audit(session, by=by, act=ACT, object_kind="catalog", object_id=None, now=now, params=params)
    return report


@dataclass(slots=True)
class _Known:
    """An entry that the catalog has under an identity; `is_met` once a row of this run has been matched with it."""

    entry_id: uuid.UUID
    is_met: bool = False
    met: Foreign | None = None
    """The first row of this run that it was matched with."""


class _Importer:
    """Holds the identities of the catalog while the rows pass."""

    def __init__(
        self,
        session: Session,
        reading: SheetReading,
        *,
        adopt: bool,
        create_departments: bool,
        region: str | None,
        by: Actor,
        now: dt.datetime,
    ) -> None:
        self.session = session
        self.reading = reading
        self.adopt = adopt
        self.create_departments = create_departments
        self.by = by
        self.now = now
        self.report = ImportReport()
        for problem in reading.problems:
            self.report.note(problem)
        self.departments = list(session.scalars(select(Department)))
        self.names = DepartmentNames(one for one in self.departments if one.is_active)
        self.providers = read_providers(reading, region=region)
        places = set(self.providers.regions.values())
        self.find = self.names.find_exact
        if places:
            self.find = self.names.find if places & self.names.regions else self.names.find_whole
        urls = Counter(entry.text("source_url") for entry in reading.entries)
        self.unique_urls = {url for url, count in urls.items() if url and count == 1}
        titles: dict[str, set[str]] = {}
        for entry in reading.entries:
            titles.setdefault(entry.text("source_url"), set()).add(entry.text("title"))
        self.shared_urls = {url for url, under in titles.items() if len(under) > 1}
        self.known: dict[tuple[Any, ...], list[_Known]] = {}
        for key, entry_id in self._load_known():
            self.known.setdefault(key, []).append(_Known(entry_id))

    def _load_known(self) -> Iterable[tuple[tuple[Any, ...], uuid.UUID]]:
        shown = func.coalesce(Entry.open_revision_id, Entry.published_revision_id)
        query = (
            select(Entry.id, Entry.code, Entry.source_url, Entry.department_id, Revision.title)
            .join(Revision, Revision.id == shown)
            .where(Entry.state != "withdrawn")
            .order_by(Entry.created_at, Entry.name)
        )
        for entry_id, code, url, department_id, title in self.session.execute(query):
            if code:
                yield ("code", code), entry_id
            if url:
                yield ("url", url), entry_id
            yield ("title", department_id, title), entry_id

    def take(self, row: Foreign) -> None:
        """Take one row into the catalog, or say why not."""
        self.report.read += 1
        for problem in row.problems:
            self.report.note(problem)
        department_id = self._find_department(row)
        if row.is_refused or department_id is None:
            self.report.refused += 1
            return
        key = self._identity(row, department_id)
        try:
            self._meet(row, department_id, key)
        except (Conflict, Invalid) as error:
            self._refuse(row, error)

    def _identity(self, row: Foreign, department_id: uuid.UUID) -> tuple[Any, ...]:
        if row.fields.get("code"):
            return ("code", row.fields["code"])
        if row.source_url in self.unique_urls:
            return ("url", row.source_url)
        return ("title", department_id, row.title)

    def _find_department(self, row: Foreign) -> uuid.UUID | None:
        if not row.provider:
            self._note(row, "provider", "provider_is_missing_here")
            return None
        found = self.find(row.provider)
        if found is not None:
            return found
        if not self.create_departments:
            self._note(row, "provider", "provider_is_unknown", value=row.provider)
            return None
        try:
            made = create_department(self.session, name=row.provider, by=self.by, now=self.now)
        except (Invalid, Conflict):
            self._note(row, "provider", "provider_is_unknown", value=row.provider)
            return None
        self.report.departments_created.append(made.name)
        self.departments.append(made)
        self.names.add(made)
        return made.id

    def _create(self, row: Foreign, department_id: uuid.UUID, key: tuple[Any, ...]) -> None:
        url = None if row.source_url in self.shared_urls else row.source_url
        try:
            with self.session.begin_nested():
                entry = create_entry(
                    self.session,
                    department_id=department_id,
                    fields=row.fields,
                    items=row.items,
                    by=self.by,
                    now=self.now,
                    act=ACT,
                    source_url=url,
                    issued_on=row.issued_on,
                    data_updated_on=row.data_updated_on,
                )
                if url:
                    self._link(entry, url)
        except (Conflict, Invalid) as error:
            self._refuse(row, error)
            return
        for identity in {key, ("title", department_id, row.title)}:
            self.known.setdefault(identity, []).append(_Known(entry.id, is_met=True, met=row))
        if self._adopt(entry, row):
            self.report.adopted += 1
        else:
            self.report.drafted += 1

    def _link(self, entry: Entry, url: str) -> None:
        """The page from which the entry came, as a link of the entry; never one that a list gives to many entries."""
        add_resource(self.session, entry, kind="link", title="原平台页面", url=url, by=self.by, now=self.now, act=ACT)

    def _adopt(self, entry: Entry, row: Foreign) -> bool:
        """Publish what is public elsewhere already; what lacks too much stays a draft and is noted."""
        if not self.adopt:
            return False
        try:
            with self.session.begin_nested():
                take_step(self.session, entry, "adopt", by=self.by, now=self.now)
        except Invalid as error:
            missing = [problem.where for problem in error.problems]
            self._note(row, "title", "stays_a_draft", fields=self._headers(missing))
            return False
        return True

    def _headers(self, names: list[str]) -> str:
        return "、".join(CellProblem("", 0, name, "").label() or name for name in names)

    def _meet(self, row: Foreign, department_id: uuid.UUID, key: tuple[Any, ...]) -> None:
        """Match a row with the entries of its identity.

        One that says the same is merged; else the first that no row has claimed yet is updated; where all are claimed
        the row is a namesake, an entry of its own.
        """
        candidates = self.known.get(key, [])
        for known in candidates:
            if self._says_the_same(row, known):
                self._merge(row, known)
                return
        free = next((known for known in candidates if not known.is_met), None)
        if free is not None:
            self._update(row, free)
            return
        if candidates:
            self._note(row, "title", "title_repeats_here")
        self._create(row, department_id, key)

    def _merge(self, row: Foreign, known: _Known) -> None:
        """Count the row as a copy; where its cells differ in what is not taken over, say in which columns."""
        self.report.merged += 1
        if known.met is not None and known.met.texts != row.texts:
            first = known.met.texts
            differing = [name for name in {**first, **row.texts} if first.get(name) != row.texts.get(name)]
            self._note(row, differing[0], "merged_despite", fields=self._headers(differing), first=known.met.row)
        known.is_met, known.met = True, known.met or row

    def _says_the_same(self, row: Foreign, known: _Known) -> bool:
        entry = self.session.get_one(Entry, known.entry_id)
        revision_id = entry.open_revision_id or entry.published_revision_id
        assert revision_id is not None
        revision = get_revision(self.session, revision_id)
        current = {"code": entry.code, **revision_values(revision)}
        items = [item_values(item) for item in revision.items]
        return content_digest({**current, **row.fields}, row.items or items) == content_digest(current, items)

    def _update(self, row: Foreign, known: _Known) -> None:
        known.is_met = True
        with self.session.begin_nested():
            entry = lock_entry(self.session, known.entry_id)
            draft = edit_revision(self.session, entry, by=self.by, now=self.now, act=ACT)
            save_revision(
                self.session,
                draft,
                fields=row.fields,
                items=row.items or None,
                expected_lock=draft.lock_version,
                by=self.by,
                now=self.now,
                act=ACT,
            )
        self.report.updated += 1

    def _refuse(self, row: Foreign, error: DomainError) -> None:
        self.report.refused += 1
        problems = error.problems if isinstance(error, Invalid) else []
        for problem in problems:
            self._note(row, problem.where.partition(".")[0], problem.code, **problem.params)
        if not problems:
            self._note(row, "title", error.code, **error.params)

    def _note(self, row: Foreign, column: str, code: str, **params: Any) -> None:
        facts = {**params, "title": row.title}
        self.report.note(CellProblem(self.reading.address(column, row.row), row.row, column, code, facts))
