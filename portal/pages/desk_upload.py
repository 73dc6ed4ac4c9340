"""The form that takes a data file: for which resource, which file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.entries import find_open_revision, find_published_revision
from catalog.errors import Problem
from catalog.resources import list_resources
from portal.pages.filled_form import FieldProblems, field_texts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.models import Entry


@dataclass(frozen=True, slots=True)
class UploadPage(FieldProblems):
    """All that the page shows; without `resources` the file makes a new one."""

    entry_name: str
    entry_title: str
    resources: tuple[tuple[str, str], ...]
    chosen: str
    title: str
    can_add: bool
    limit_mb: int
    problems: tuple[tuple[str, str], ...]
    failure: str


def make_upload_page(
    session: Session,
    entry: Entry,
    *,
    chosen: str,
    title: str,
    problems: Iterable[Problem],
    failure: str,
    limit_mb: int,
    language: str,
) -> UploadPage:
    """The form; the only file resource is chosen already."""
    files = [
        (str(facts.resource.id), facts.resource.title)
        for facts in list_resources(session, entry.id)
        if facts.resource.kind == "file" and facts.resource.removed_at is None
    ]
    opened = find_open_revision(session, entry)
    shown = opened or find_published_revision(session, entry)
    known = [key for key, _ in files]
    return UploadPage(
        entry_name=entry.name,
        entry_title=shown.title if shown else entry.name,
        resources=tuple(files),
        chosen=chosen if chosen in known else known[0] if len(known) == 1 else "",
        title=title,
        can_add=opened is None or opened.state in ("draft", "returned"),
        limit_mb=limit_mb,
        problems=field_texts(problems, language),
        failure=failure,
    )
