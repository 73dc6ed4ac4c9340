"""A delivered file as it was understood: shown before anything is confirmed, with all that can be set by hand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.deliveries import Delivery, ItemComparison, can_declare, compare_with_items, shown_items
from catalog.entries import find_open_revision, find_published_revision
from catalog.jobs import JobFacts, find_job
from catalog.permissions import Actor, is_allowed
from datasets.columns import RECOGNISED, REPAIRS, Column, columns_from
from datasets.ingest.reading import Reading, ReadOptions
from datasets.ingest.stages import STAGES
from datasets.versions import ColumnChanges, compare_columns, list_versions
from portal.messages import problem_text
from portal.pages.column_profiles import ColumnProfile, make_profiles
from portal.pages.desk_checks import CheckLine, make_check_lines
from portal.pages.desk_masking import MaskingPanel, make_masking_panel
from portal.pages.desk_read_form import ReadForm, delimiter_words, encoding_words, header_words, make_read_form
from portal.pages.desk_resources import FindingLine, Preview, describe_findings, mask_rows
from portal.pages.desk_texts import in_words
from portal.pages.differences import ToldDifference, tell_difference
from portal.pages.public_entry import ShownColumn, shown_columns
from portal.uploading import job_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


WAITING = ("排队等待", "waiting in line")
PREVIEW_ROWS = 12
LONG_NUMBER = re.compile(r"[0-9０-９]{8,}(?=[0-9０-９Xx]{3})")
"""In lines outside the table: as many digits as a telephone or an identity has, but for the last three."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading by the worker is. `share` of the whole work, 0 to 1; None while it waits in line."""

    words: str
    rows: int
    share: float | None
    seconds: int
    """Since the file was handed to the worker."""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column as read; `note` says what was repaired, `written` how its cells are written and in which unit."""

    name: str
    type: str
    written: str
    blank_count: int
    distinct: int
    example: str
    note: str


@dataclass(frozen=True, slots=True)
class EncodingPreview:
    """The first lines that tell encodings apart, as this one reads them."""

    codec: str
    label: str
    lines: tuple[str, ...]
    is_used: bool


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
    difference: ToldDifference | None
    checks: tuple[CheckLine, ...]
    encodings: tuple[EncodingPreview, ...]
    masking: MaskingPanel
    profiles: tuple[ColumnProfile, ...]


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
    progress: Progress | None
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
    now: dt.datetime,
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
        form=make_read_form(reading, intake.problem, ReadOptions.from_dict(intake.options), language),
        progress=_progress(job, now, language) if job else None,
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


def _progress(job: JobFacts, now: dt.datetime, language: str) -> Progress:
    stage = STAGES.get(str(job.progress.get("step", "")))
    share = float(job.progress.get("share", 0))
    return Progress(
        words=in_words((stage.zh, stage.en) if stage else WAITING, language),
        rows=int(job.progress.get("done", 0)),
        share=round(stage.whole_share(share), 3) if stage else None,
        seconds=max(0, round((now - job.created_at).total_seconds())),
    )


def _facts(
    reading: Reading | None, items: list[dict[str, Any]], former: list[dict[str, Any]] | None, language: str
) -> ReadFacts | None:
    if reading is None:
        return None
    shown = shown_columns(reading.columns, language)
    return ReadFacts(
        file_format=reading.file_format,
        encoding=encoding_words(reading.encoding),
        is_certain=reading.encoding_is_certain,
        delimiter=delimiter_words(reading.delimiter, language),
        sheet=reading.sheet or "",
        header_rows=header_words(reading),
        title_lines=tuple(map(_hide_numbers, reading.title_lines)),
        notes=tuple(map(_hide_numbers, reading.notes)),
        row_count=reading.row_count,
        warnings=tuple(problem_text(warning, language) for warning in reading.warnings),
        findings=describe_findings([finding.as_dict() for finding in reading.findings], language),
        is_blocked=bool(reading.blocking),
        columns=_column_lines(reading, shown, language),
        preview=Preview(shown, _preview_of(reading), reading.row_count),
        comparison=compare_with_items(reading.columns, items),
        column_changes=compare_columns(columns_from(former), reading.columns) if former is not None else None,
        difference=tell_difference(reading.difference, language),
        checks=make_check_lines(reading.checks, language),
        encodings=_encodings(reading),
        masking=make_masking_panel(reading, language),
        profiles=make_profiles(
            reading.columns,
            reading.profile,
            hidden={finding.column for finding in reading.blocking},
            language=language,
        ),
    )


def _column_lines(reading: Reading, shown: tuple[ShownColumn, ...], language: str) -> tuple[ColumnLine, ...]:
    rows = _preview_of(reading)
    return tuple(
        ColumnLine(
            name=column.name,
            type=one.type,
            written=_written(column, language),
            blank_count=column.blank_count,
            distinct=column.distinct_hint,
            example=next((str(row[column.index]) for row in rows if row[column.index]), ""),
            note=in_words(REPAIRS[column.repaired], language) if column.repaired in REPAIRS else "",
        )
        for column, one in zip(reading.columns, shown, strict=True)
    )


def _written(column: Column, language: str) -> str:
    """金额，单位：万元."""
    told = [in_words(RECOGNISED[column.recognised], language)] if column.recognised in RECOGNISED else []
    if column.unit:
        told.append(in_words(("单位：{0}", "unit: {0}"), language).format(column.unit))
    return in_words(("，", ", "), language).join(told)


def _preview_of(reading: Reading) -> tuple[tuple[Any, ...], ...]:
    findings = [finding.as_dict() for finding in reading.findings]
    return mask_rows(reading.preview[:PREVIEW_ROWS], reading.columns, findings)


def _encodings(reading: Reading) -> tuple[EncodingPreview, ...]:
    return tuple(
        EncodingPreview(
            one["codec"],
            encoding_words(one["codec"]),
            tuple(map(_hide_numbers, one["lines"])),
            one["codec"] == reading.encoding,
        )
        for one in reading.encoding_previews
    )


def _hide_numbers(line: str) -> str:
    """Lines outside the table with the digits of long numbers hidden but for the last three."""
    return LONG_NUMBER.sub(lambda found: "*" * len(found[0]), line)
