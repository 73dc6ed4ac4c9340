"""Resources of an entry with their data versions, as desk and office show them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.data_updates import list_open_version_steps
from catalog.errors import DomainError
from catalog.permissions import Actor, is_allowed
from catalog.resources import ResourceFacts, list_resources
from datasets.columns import columns_from
from datasets.ingest.intakes import list_open_intakes
from datasets.ingest.masking import WITHHELD
from datasets.query.question import Query
from datasets.versions import VersionFacts, list_versions
from portal.messages import error_text, problem_text
from portal.pages.desk_actions import Actions, Refused, make_actions
from portal.pages.desk_texts import in_words
from portal.pages.public_entry import ShownColumn, shown_columns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.models import Entry, Revision
    from datasets.models import DataVersion, Intake
    from portal.house import House

log = logging.getLogger(__name__)

EMBEDDED_ROWS = 6
REVIEW_STATES = ("department_review", "office_review")
SHOWN_VERSIONS = 6
KEPT_SIGNS = 2
"""Signs at either end of a masked cell that stay readable."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Personal data in one column; `is_blocking` ones stop publication, `is_withheld` ones are in no public file."""

    text: str
    is_blocking: bool
    samples: str
    share: float
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows of a data version as text; `failure` says why there are none."""

    columns: tuple[ShownColumn, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    total: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class PendingLine:
    """The version on its way: what a reviewer must see before deciding."""

    id: str
    facts: VersionFacts
    findings: tuple[FindingLine, ...]
    override_basis: str
    actions: Actions
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """A delivered file that waits to be confirmed."""

    id: str
    file_name: str
    state: str
    is_blocked: bool
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """One resource; `versions` are the newest public or former ones, newest first."""

    id: str
    kind: str
    title: str
    url: str
    is_public: bool
    is_leaving: bool
    pending: PendingLine | None
    versions: tuple[VersionFacts, ...]
    intakes: tuple[IntakeLine, ...]
    can_upload: bool
    can_remove: bool


def make_resource_lines(
    session: Session, house: House, entry: Entry, *, opened: Revision | None, by: Actor, language: str
) -> tuple[ResourceLine, ...]:
    """The resources that have not left, in order."""
    can_edit = entry.state != "withdrawn" and (opened is None or opened.state in ("draft", "returned"))
    return tuple(
        _line(session, house, entry, facts, can_edit=can_edit, by=by, language=language)
        for facts in list_resources(session, entry.id)
    )


def describe_findings(findings: list[Mapping[str, Any]], language: str) -> tuple[FindingLine, ...]:
    """Findings in words, those that stop publication first; samples are masked already."""
    lines = [
        FindingLine(
            problem_text(
                {
                    "code": f"personal_data_{finding['kind']}",
                    "params": {**finding, "samples": "、".join(finding.get("samples", []))},
                },
                language,
            ),
            finding["severity"] == "block",
            "、".join(finding.get("samples", [])),
            finding.get("rate", 0.0),
            finding["severity"] == WITHHELD,
        )
        for finding in findings
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_blocking))


def mask_rows(
    rows: Iterable[Sequence[Any]], columns: Sequence[Any], findings: Iterable[Mapping[str, Any]]
) -> tuple[tuple[Any, ...], ...]:
    """Rows with the middle of every cell hidden in columns whose personal data stops publication."""
    blocked = {finding["column"] for finding in findings if finding["severity"] == "block"}
    hidden = {place for place, column in enumerate(columns) if column.name in blocked}
    return tuple(tuple(_mask(cell) if place in hidden else cell for place, cell in enumerate(row)) for row in rows)


def _mask(cell: Any) -> Any:
    text = str(cell or "")
    return (
        cell
        if len(text) < KEPT_SIGNS * 2
        else text[:KEPT_SIGNS] + "*" * (len(text) - 2 * KEPT_SIGNS) + text[-KEPT_SIGNS:]
    )


def preview_rows(house: House, version: DataVersion, *, limit: int, offset: int = 0, language: str) -> Preview:
    """Rows of a version in any state, with personal data masked; or why they cannot be shown just now."""
    columns = columns_from(version.columns)
    try:
        page = house.pool.rows(
            house.row_stores.path_of(version.row_store), columns, Query(limit=limit, offset=offset), as_text=True
        )
    except DomainError as error:
        log.warning("no preview of version %s: %s", version.id, error.code)
        return Preview(failure=error_text(error, language))
    return Preview(
        shown_columns(columns, language),
        mask_rows(page.rows, columns, [] if version.override_basis else version.findings),
        page.total,
    )


def make_version_actions(
    session: Session, entry: Entry, version: DataVersion, *, by: Actor, refused: Refused | None = None, language: str
) -> Actions:
    """The buttons of a version that travels alone; none for one that travels with its entry."""
    steps = list_open_version_steps(session, entry, version, by=by)
    names = {step.name for step in steps}
    wanted = {"department_review": ("confirm_data", "data.confirm"), "office_review": ("approve_data", "data.review")}
    step, act = wanted.get(version.state, ("", ""))
    is_own = bool(
        steps
        and step
        and step not in names
        and version.submitted_by == by.account_id
        and is_allowed(by, act, department_id=entry.department_id)
    )
    note = ("这是您自己提交的，须由另一位同事办理。", "You submitted this yourself; a colleague has to decide.")
    return make_actions(
        steps, locks={}, refused=refused, note=in_words(note, language) if is_own else "", language=language
    )


def _line(
    session: Session, house: House, entry: Entry, facts: ResourceFacts, *, can_edit: bool, by: Actor, language: str
) -> ResourceLine:
    resource, is_file = facts.resource, facts.resource.kind == "file"
    may_upload = is_allowed(by, "data.upload", department_id=entry.department_id)
    may_see = may_upload or is_allowed(by, "data.override", department_id=entry.department_id)
    in_review = facts.pending is not None and facts.pending.state in REVIEW_STATES
    versions = list_versions(session, resource.id) if is_file else []
    public = [version for version in versions if version.state in ("published", "superseded")]
    return ResourceLine(
        id=str(resource.id),
        kind=resource.kind,
        title=resource.title,
        url=resource.url or "",
        is_public=facts.is_public,
        is_leaving=facts.is_leaving,
        pending=_pending(session, house, entry, facts, by=by, language=language) if facts.pending else None,
        versions=tuple(reversed(public))[:SHOWN_VERSIONS],
        intakes=tuple(_intake(one) for one in list_open_intakes(session, resource.id)) if may_see and is_file else (),
        can_upload=may_upload
        and is_file
        and entry.state != "withdrawn"
        and resource.removed_at is None
        and not in_review
        and (resource.published_at is not None or can_edit),
        can_remove=can_edit
        and resource.removed_at is None
        and is_allowed(by, "entry.edit", department_id=entry.department_id),
    )


def _pending(
    session: Session, house: House, entry: Entry, facts: ResourceFacts, *, by: Actor, language: str
) -> PendingLine:
    version = facts.pending
    assert version is not None
    is_under_review = version.state in REVIEW_STATES
    return PendingLine(
        id=str(version.id),
        facts=VersionFacts.of(version),
        findings=describe_findings(version.findings, language),
        override_basis=version.override_basis or "",
        actions=make_version_actions(session, entry, version, by=by, language=language),
        preview=preview_rows(house, version, limit=EMBEDDED_ROWS, language=language) if is_under_review else None,
    )


def _intake(intake: Intake) -> IntakeLine:
    findings = (intake.reading or {}).get("findings", [])
    return IntakeLine(
        id=str(intake.id),
        file_name=intake.file_name,
        state=intake.state,
        is_blocked=any(finding["severity"] == "block" for finding in findings),
        created_at=intake.created_at,
    )
