"""What applying a sheet would do, entry by entry, and everything that is wrong with it, cell by cell. Writes nothing.

Identity of a row: the marker of the sheet it was made from, else 信息资源代码, else the title within the department.
A row that is absent means untouched, never deleted; so does a column that is absent.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from catalog.departments import load_names
from catalog.errors import NotFound
from catalog.field_values import Values
from catalog.models import Department
from catalog.permissions import Actor, require_allowed
from catalog.revision_texts import FieldChange, compare_items, compare_values
from catalog.sheet.basis import Basis, content_digest, list_bases
from catalog.sheet.checks import check_codes, check_columns, check_provider, check_titles
from catalog.sheet.columns import COLUMNS, ITEM, MARKER_SEPARATOR
from catalog.sheet.interpreting import Draft, check_gaps, interpret
from catalog.sheet.reading import CellProblem, SheetReading, column_index
from catalog.vocabularies import VOCABULARIES

PlanKind = Literal["new", "changed", "unchanged", "stale", "merged", "refused"]


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """What would become of one entry of the sheet.

    `cell` is the cell of its title. `changes` are field by field (old → new), for a stale row against what stands now.
    `gaps` are the cell problems that keep it from being submitted. `fields` and `items` are what would be written.
    """

    kind: PlanKind
    row: int
    cell: str
    title: str
    entry_id: uuid.UUID | None = None
    entry_name: str | None = None
    changes: list[FieldChange] = field(default_factory=list)
    gaps: list[CellProblem] = field(default_factory=list)
    fields: Values = field(default_factory=dict)
    items: list[Values] | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The whole outcome: entries in the order of the sheet, problems in the order of the cells."""

    entries: list[PlannedEntry]
    problems: list[CellProblem]

    def of_kind(self, kind: PlanKind) -> list[PlannedEntry]:
        """The entries of one kind."""
        return [entry for entry in self.entries if entry.kind == kind]

    @property
    def new(self) -> list[PlannedEntry]:
        """Entries that would be made."""
        return self.of_kind("new")

    @property
    def changed(self) -> list[PlannedEntry]:
        """Entries that would be changed."""
        return self.of_kind("changed")

    @property
    def unchanged(self) -> list[PlannedEntry]:
        """Entries that say what the catalog says already."""
        return self.of_kind("unchanged")

    @property
    def stale(self) -> list[PlannedEntry]:
        """Entries that were changed both here and in the catalog since the sheet was made."""
        return self.of_kind("stale")

    def counts(self) -> dict[str, int]:
        """How many entries of each kind and problems of each kind."""
        kinds = {
            kind: len(self.of_kind(kind)) for kind in ("new", "changed", "unchanged", "stale", "merged", "refused")
        }
        found = {kind: sum(problem.kind == kind for problem in self.problems) for kind in ("error", "gap", "warning")}
        return {**kinds, **found}

    @property
    def errors(self) -> list[CellProblem]:
        """The problems that keep the sheet from being applied."""
        return [problem for problem in self.problems if problem.kind == "error"]

    @property
    def can_apply(self) -> bool:
        """All or nothing: no errors, and something to write."""
        return not self.errors and bool(self.new or self.changed)


def plan_import(session: Session, reading: SheetReading, *, department_id: uuid.UUID, by: Actor) -> ImportPlan:
    """Plan the import of a sheet into a department's catalog.

    Raises NotAllowed without the right to import for this department, NotFound("department_not_found").
    """
    require_allowed(by, "sheet.import", department_id=department_id)
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound("department_not_found")
    drafts = [interpret(reading, entry) for entry in reading.entries]
    names = load_names(session)
    for draft in drafts:
        draft.problems += check_provider(reading, draft, department, names)
    bases = list_bases(session, department_id=department_id)
    sheet_problems = [*reading.problems, *check_columns(reading)]
    sheet_problems += check_titles(reading, drafts, bases)
    sheet_problems += check_codes(session, reading, drafts, bases)
    planner = _Planner(reading, bases, drafts)
    entries = [planner.plan(draft) for draft in drafts]
    found = [*sheet_problems, *(problem for draft in drafts for problem in draft.problems)]
    return ImportPlan(entries, _in_order(found))


def _in_order(problems: Sequence[CellProblem]) -> list[CellProblem]:
    """Each finding once, by row and column."""
    unique = {(p.cell, p.code, p.column): p for p in problems}
    return sorted(unique.values(), key=lambda p: (p.row, column_index(p.cell), p.kind))


class _Planner:
    """Finds for each draft the entry that it means and says what would become of it."""

    def __init__(self, reading: SheetReading, bases: Sequence[Basis], drafts: Sequence[Draft]) -> None:
        self.reading = reading
        self.by_name = {basis.name: basis for basis in bases}
        self.by_code = {basis.code: basis for basis in bases if basis.code}
        self.by_title: dict[str, list[Basis]] = {}
        for basis in bases:
            if basis.state != "withdrawn":
                self.by_title.setdefault(basis.title, []).append(basis)
        self.seen: dict[object, tuple[Draft, str]] = {}
        self.at_home = {_marked_name(draft) for draft in drafts if self._keeps_title(draft)}

    def plan(self, draft: Draft) -> PlannedEntry:
        """The outcome of one draft; adds what it finds to the draft's problems."""
        try:
            basis = self._find_basis(draft)
        except _Unclear as unclear:
            self._report(draft, unclear.column, unclear.code, **unclear.params)
            return self._outcome(draft, "refused")
        values = {**(basis.fields if basis else {}), **draft.fields}
        items = draft.items if draft.items is not None else basis.items if basis else []
        digest = content_digest(values, items)
        twin = self._twin(draft, basis, digest)
        if twin is not None:
            return twin
        gaps = check_gaps(self.reading, draft, values, items)
        if basis is None:
            draft.problems += [gap for gap in gaps if gap.cell]
            return self._outcome(draft, "refused" if draft.has_errors() else "new", gaps=gaps)
        return self._against(draft, basis, digest, gaps)

    def _against(self, draft: Draft, basis: Basis, digest: str, gaps: list[CellProblem]) -> PlannedEntry:
        changes = compare_values(basis.fields, draft.fields)
        if draft.items is not None:
            changes += compare_items(basis.items, draft.items)
        base_digest = "" if self._is_copied(draft) else draft.read.text("marker").rpartition(MARKER_SEPARATOR)[2]
        is_untouched = bool(base_digest) and digest == base_digest
        if draft.has_errors():
            draft.problems += [gap for gap in gaps if gap.cell]
            return self._outcome(draft, "refused", basis, changes=changes, gaps=gaps)
        if not changes or is_untouched:
            return self._outcome(draft, "unchanged", basis, gaps=gaps)
        if not basis.is_editable:
            self._refuse_locked(draft, basis)
            return self._outcome(draft, "refused", basis, changes=changes)
        if base_digest and base_digest != content_digest(basis.fields, basis.items):
            self._report(draft, "title", "entry_is_stale")
            return self._outcome(draft, "stale", basis, changes=changes, gaps=gaps)
        if basis.code_is_fixed and "code" in draft.fields and draft.fields["code"] != basis.code:
            self._report(draft, "code", "code_is_fixed", value=basis.code or "")
            return self._outcome(draft, "refused", basis, changes=changes)
        draft.problems += [gap for gap in gaps if gap.cell]
        return self._outcome(draft, "changed", basis, changes=changes, gaps=gaps)

    def _refuse_locked(self, draft: Draft, basis: Basis) -> None:
        if basis.state == "withdrawn":
            self._report(draft, "title", "entry_is_withdrawn")
        else:
            state = VOCABULARIES["revision_state"].label(basis.open_state)
            self._report(draft, "title", "revision_in_review", state=state)

    def _keeps_title(self, draft: Draft) -> bool:
        basis = self.by_name.get(_marked_name(draft))
        return basis is not None and basis.title == draft.title

    def _is_copied(self, draft: Draft) -> bool:
        """A row made by copying another one: same marker, but another title while the original keeps its own."""
        return _marked_name(draft) in self.at_home and not self._keeps_title(draft)

    def _find_basis(self, draft: Draft) -> Basis | None:
        name, is_copied = _marked_name(draft), self._is_copied(draft)
        if name and not is_copied:
            basis = self.by_name.get(name)
            if basis is None:
                raise _Unclear("marker", "marker_is_unknown")
            return basis
        code = draft.fields.get("code")
        if code in self.by_code and not is_copied:
            return self.by_code[code]
        same = self.by_title.get(draft.title, [])
        if code:
            same = [basis for basis in same if not basis.code]
        if len(same) > 1:
            raise _Unclear("title", "title_means_several", value=draft.title, count=len(same))
        return same[0] if same else None

    def _twin(self, draft: Draft, basis: Basis | None, digest: str) -> PlannedEntry | None:
        """A second row for the same entry: an exact copy is merged, anything else for a known entry refused."""
        key: object = basis.entry_id if basis else (draft.title, draft.fields.get("code"), digest)
        if key not in self.seen:
            self.seen[key] = (draft, digest)
            return None
        first, first_digest = self.seen[key]
        if digest == first_digest:
            self._report(draft, "title", "copy_is_merged", kind="warning", first=self._cell(first))
            return self._outcome(draft, "merged", basis)
        self._report(draft, "title", "entry_stands_twice", first=self._cell(first))
        return self._outcome(draft, "refused", basis)

    def _cell(self, draft: Draft, column: str = "title") -> str:
        row = draft.read.cells[column][0] if column in draft.read.cells else draft.read.row
        return self.reading.address(column, row)

    def _report(
        self, draft: Draft, column: str, code: str, *, kind: Literal["error", "warning"] = "error", **params: Any
    ) -> None:
        draft.problems.append(CellProblem(self._cell(draft, column), draft.read.row, column, code, params, kind))

    def _outcome(
        self,
        draft: Draft,
        kind: PlanKind,
        basis: Basis | None = None,
        *,
        changes: Sequence[FieldChange] = (),
        gaps: Sequence[CellProblem] = (),
    ) -> PlannedEntry:
        return PlannedEntry(
            kind=kind,
            row=draft.read.row,
            cell=self._cell(draft),
            title=draft.title or draft.read.text("title"),
            entry_id=basis.entry_id if basis else None,
            entry_name=basis.name if basis else None,
            changes=list(changes),
            gaps=list(gaps),
            fields=draft.fields,
            items=draft.items,
        )


def _marked_name(draft: Draft) -> str:
    """The name of the entry that the row was made from, by its marker; empty without one."""
    return draft.read.text("marker").rpartition(MARKER_SEPARATOR)[0]


class _Unclear(Exception):
    """The entry that a row means cannot be told: where to say so, and the code."""

    def __init__(self, column: str, code: str, **params: Any) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.params = params


def change_label(change: FieldChange, language: str = "zh") -> str:
    """What a `FieldChange` is about, as people read it: "更新周期", "信息项“名称”的单位"."""
    parts = change.field.split(".")
    if parts[0] != "items":
        column = COLUMNS[change.field]
        return column.field.en if language == "en" and column.field else column.header
    name = ".".join(parts[1:-1]) if len(parts) > 2 else "".join(parts[1:])
    column_of = COLUMNS.get(ITEM + parts[-1]) if len(parts) > 2 else None
    if language == "en":
        return f"item “{name}”" + (f", {column_of.field.en}" if column_of and column_of.field else "")
    return f"信息项“{name}”" + (f"的{column_of.header}" if column_of else "")
