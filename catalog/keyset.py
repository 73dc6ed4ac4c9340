"""Cursors of lists that are ordered by an instant and an id: opaque texts that survive changes between two pages."""

from __future__ import annotations

import datetime as dt
import uuid

from catalog.errors import Invalid


def format_cursor(at: dt.datetime, subject: uuid.UUID) -> str:
    """The cursor that stands behind the row with this instant and id."""
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%S%f}~{subject.hex}"


def parse_cursor(text: str | None) -> tuple[dt.datetime, uuid.UUID] | None:
    """What `format_cursor` wrote, None for the first page; raises Invalid("bad_cursor")."""
    if not text:
        return None
    at, _, subject = text.partition("~")
    try:
        return dt.datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=dt.UTC), uuid.UUID(hex=subject)
    except ValueError as error:
        raise Invalid("bad_cursor", after=text[:80]) from error
