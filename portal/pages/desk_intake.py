"""A delivered file as it was understood: shown before anything is confirmed, with all that can be set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.deliveries import Delivery, ItemComparison, can_declare, compare_with_items, shown_items
from catalog.entries import find_open_revision, find_published_revision
from catalog.jobs import find_job
from catalog.permissions import Actor, is_allowed
from datasets.columns import REPAIRS, Column, columns_from
from datasets.ingest.encodings import ENCODINGS
from datasets.ingest.reading import Reading, ReadOptions
from datasets.versions import ColumnChanges, compare_columns, list_versions
from portal.messages import problem_text
from portal.pages.desk_resources import FindingLine, Preview, describe_findings, mask_rows
from portal.pages.desk_texts import in_words
from portal.pages.public_entry import shown_columns
from portal.uploading import job_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DELIMITERS: dict[str, tuple[str, str]] = {
    ",": ("逗号 ,", "comma ,"),
    "\t": ("制表符", "TAB"),
    ";": ("分号 ;", "semicolon ;"),
    "|": ("竖线 |", "bar |"),
    "，": ("全角逗号 ，", "full-width comma ，"),
}
STAGES: dict[str, tuple[str, str]] = {
    "loading": ("正在载入各行", "loading the rows"),
    "typing": ("正在判断每列的类型", "telling the type of each column"),
    "searching": ("正在检查个人信息", "searching for personal data"),
    "": ("排队等待", "waiting in line"),
}
"""Stage of a reading as the child reports it → words."""
PREVIEW_ROWS = 12


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column as read; `note` says what was repaired."""

    name: str
    type: str
    blank_count: int
    note: str


@dataclass(frozen=True, slots=True)
class ReadForm:
    """What may be set by hand, with what was found out or set before."""

    encodings: tuple[tuple[str, str], ...]
    encoding: str
    delimiters: tuple[tuple[str, str], ...]
    delimiter: str
    sheets: tuple[tuple[str, str], ...]
    sheet: str
    header_row: str
    header_row_count: str
    has_no_header: bool
    is_text: bool


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """How the file was read."""

    file_format: str
    encoding: str
    is_certain: bool
    delimiter: str
    sheet: str
    header_rows: str
    title_lines: tuple[str, ...]
    notes: tuple[str, ...]
    row_count: int
    warnings: tuple[str, ...]
    findings: tuple[FindingLine, ...]
    is_blocked: bool
    columns: tuple[ColumnLine, ...]
    preview: Preview
    comparison: ItemComparison
    column_changes: ColumnChanges | None
    """Against the published version; None where there is none."""


@dataclass(frozen=True, slots=True)
class IntakePage:
    """All that /desk/intake/{id} shows."""

    id: str
    state: str
    file_name: str
    byte_size: int
    entry_name: str
    entry_title: str
    resource_title: str
    resource_is_public: bool
    read: ReadFacts | None
    refusal: str
    refusal_problems: tuple[str, ...]
    form: ReadForm
    progress: str
    progress_rows: int
    job_failed: bool
    can_override: bool
    can_upload: bool
    can_declare: bool
    needs_office: bool
    """After the reviewer's confirmation the office decides: columns changed, or personal data was found."""
    failure: str
    problems: tuple[tuple[str, str], ...]
    basis: str


def make_intake_page(
    session: Session,
    delivery: Delivery,
    *,
    by: Actor,
    language: str,
    failure: str = "",
    problems: tuple[tuple[str, str], ...] = (),
    basis: str = "",
) -> IntakePage:
    """The page of one delivery; `failure` is why confirming it did not work, `basis` the legal basis as typed."""
    intake, resource, entry = delivery.intake, delivery.resource, delivery.entry
    opened = find_open_revision(session, entry)
    shown = opened or find_published_revision(session, entry)
    reading = Reading.from_dict(intake.reading) if intake.reading and intake.state == "read" else None
    former = next((one for one in list_versions(session, resource.id) if one.state == "published"), None)
    facts = _facts(reading, shown_items(session, entry), former.columns if former else None, language)
    job = find_job(session, job_key(intake.id)) if intake.state == "reading" else None
    stage = str(job.progress.get("step", "")) if job else ""
    return IntakePage(
        id=str(intake.id),
        state=intake.state,
        file_name=intake.file_name,
        byte_size=intake.byte_size,
        entry_name=entry.name,
        entry_title=shown.title if shown else entry.name,
        resource_title=resource.title,
        resource_is_public=resource.published_at is not None,
        read=facts,
        refusal=problem_text(intake.problem, language) if intake.problem else "",
        refusal_problems=tuple(
            problem_text(one, language) for one in (intake.problem or {}).get("problems", []) if one.get("code")
        ),
        form=_form(reading, ReadOptions.from_dict(intake.options), language),
        progress=in_words(STAGES.get(stage, STAGES[""]), language),
        progress_rows=int(job.progress.get("done", 0)) if job else 0,
        job_failed=intake.state == "reading" and job is None,
        can_override=is_allowed(by, "data.override", department_id=entry.department_id),
        can_upload=is_allowed(by, "data.upload", department_id=entry.department_id),
        can_declare=can_declare(opened) and is_allowed(by, "entry.edit", department_id=entry.department_id),
        needs_office=facts is not None
        and (bool(facts.findings) or facts.column_changes is None or not facts.column_changes.is_empty),
        failure=failure,
        problems=problems,
        basis=basis,
    )


def parse_options(form: Mapping[str, str], sheets: list[str]) -> ReadOptions:
    """What was chosen; blank means: find out. Values that cannot be are passed over."""
    encoding, delimiter, sheet = form.get("encoding", ""), form.get("delimiter", ""), form.get("sheet", "")
    has_no_header = bool(form.get("has_no_header"))
    return ReadOptions(
        encoding=encoding if encoding in ENCODINGS else None,
        delimiter=delimiter if delimiter in DELIMITERS else None,
        sheet=sheet if sheet in sheets else None,
        header_row=None if has_no_header else _row(form.get("header_row")),
        header_row_count=None if has_no_header else _row(form.get("header_row_count")),
        has_header=False if has_no_header else None,
    )


def _row(text: str | None) -> int | None:
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0
    return number or None


def _facts(
    reading: Reading | None, items: list[dict[str, Any]], former: list[dict[str, Any]] | None, language: str
) -> ReadFacts | None:
    if reading is None:
        return None
    shown = shown_columns(reading.columns, language)
    return ReadFacts(
        file_format=reading.file_format,
        encoding=ENCODINGS.get(reading.encoding or "", reading.encoding or ""),
        is_certain=reading.encoding_is_certain,
        delimiter=in_words(DELIMITERS.get(reading.delimiter or "", (reading.delimiter or "",) * 2), language),
        sheet=reading.sheet or "",
        header_rows="–".join(
            str(row) for row in dict.fromkeys((reading.header_rows or [0])[:1] + reading.header_rows[-1:])
        )
        if reading.header_rows
        else "",
        title_lines=tuple(reading.title_lines),
        notes=tuple(reading.notes),
        row_count=reading.row_count,
        warnings=tuple(problem_text(warning, language) for warning in reading.warnings),
        findings=describe_findings([finding.as_dict() for finding in reading.findings], language),
        is_blocked=bool(reading.blocking),
        columns=tuple(
            ColumnLine(column.name, one.type, column.blank_count, _repair(column, language))
            for column, one in zip(reading.columns, shown, strict=True)
        ),
        preview=Preview(shown, _preview_of(reading), reading.row_count),
        comparison=compare_with_items(reading.columns, items),
        column_changes=compare_columns(columns_from(former), reading.columns) if former is not None else None,
    )


def _preview_of(reading: Reading) -> tuple[tuple[Any, ...], ...]:
    findings = [finding.as_dict() for finding in reading.findings]
    return mask_rows(reading.preview[:PREVIEW_ROWS], reading.columns, findings)


def _repair(column: Column, language: str) -> str:
    return in_words(REPAIRS[column.repaired], language) if column.repaired in REPAIRS else ""


def _form(reading: Reading | None, options: ReadOptions, language: str) -> ReadForm:
    is_text = reading is None or reading.encoding is not None
    header = reading.header_rows if reading else []
    return ReadForm(
        encodings=tuple(ENCODINGS.items()),
        encoding=options.encoding or (reading.encoding or "" if reading else ""),
        delimiters=tuple((sign, in_words(words, language)) for sign, words in DELIMITERS.items()),
        delimiter=options.delimiter or (reading.delimiter or "" if reading else ""),
        sheets=tuple((sheet["name"], sheet["name"]) for sheet in (reading.sheets if reading else [])),
        sheet=options.sheet or (reading.sheet or "" if reading else ""),
        header_row=str(options.header_row or (header[0] if header else "")),
        header_row_count=str(options.header_row_count or (len(header) if header else "")),
        has_no_header=options.has_header is False,
        is_text=is_text,
    )
