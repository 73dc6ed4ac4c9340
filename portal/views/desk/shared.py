"""What desk and office do alike: show an entry or a data version, take a step, send a delivered file.

`room` is the blueprint in which it happens: "desk" or "office".
"""

from __future__ import annotations

import uuid

from flask import Response, flash, make_response, render_template, request, send_file
from flask_babel import gettext as _

from catalog.data_updates import take_version_step
from catalog.deliveries import get_entry_version
from catalog.entries import find_open_revision, find_published_revision, get_entry_for
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from catalog.models import Resource
from catalog.workflow import take_step
from datasets.ingest.source import original_suffix
from portal.context import actor, house, language, now, reading, today, work
from portal.errors import status_of
from portal.filenames import content_disposition
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_actions import Refused
from portal.pages.desk_entry import make_entry_work
from portal.pages.desk_texts import describe_problems, step_text
from portal.pages.desk_version import make_version_work
from portal.security import FILE_POLICY

REASON_CODES = frozenset({"reason_required", "reason_too_long"})
MAX_REASON = 4000
"""Characters that are read of a reason; what is longer than allowed is refused by the domain."""


def render_entry(room: str, name: str, *, refused: Refused | None = None, status: int = 200) -> Response:
    """The page of an entry; `refused` is a step that could not be taken."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor())
        page = make_entry_work(
            session, house(), entry, room=room, by=actor(), today=today(), language=language(), refused=refused
        )
    return make_response(render_template("desk/entry.html", page=page, layout=f"{room}/layout.html"), status)


def take_entry_step(room: str, name: str) -> Response:
    """Take the step that the form names, and go back to the entry; a refusal is told beside the button."""
    step, reason = request.form.get("step", "")[:40], request.form.get("reason", "")[:MAX_REASON]
    try:
        with work() as session:
            entry = get_entry_for(session, name, by=actor())
            take_step(
                session,
                entry,
                step,
                by=actor(),
                now=now(),
                reason=reason,
                expected_lock=whole(request.form.get("lock")),
            )
    except (Invalid, Conflict, NotAllowed) as error:
        return render_entry(room, name, refused=refusal(error, step, reason), status=status_of(error))
    flash(_("“%(step)s”已完成。", step=step_text(step, language())), "good")
    return redirect_to(f"{room}.show_entry", name=name)


def render_version(
    room: str, name: str, version_id: uuid.UUID, *, refused: Refused | None = None, status: int = 200
) -> Response:
    """The page of a data version with its rows."""
    offset = whole(request.args.get("offset")) or 0
    with reading() as session:
        entry = get_entry_for(session, name, by=actor())
        version = get_entry_version(session, entry, version_id)
        shown = find_open_revision(session, entry) or find_published_revision(session, entry)
        page = make_version_work(
            session,
            house(),
            entry,
            version,
            room=room,
            titles=(shown.title if shown else entry.name, session.get_one(Resource, version.resource_id).title),
            offset=min(offset, 10**9),
            by=actor(),
            language=language(),
            refused=refused,
        )
    return make_response(render_template("desk/version.html", page=page, layout=f"{room}/layout.html"), status)


def take_data_step(room: str, name: str, version_id: uuid.UUID) -> Response:
    """Take a step of a data version: confirm, approve, return, recall, discard, retract."""
    step, reason = request.form.get("step", "")[:40], request.form.get("reason", "")[:MAX_REASON]
    try:
        with work() as session:
            entry = get_entry_for(session, name, by=actor())
            version = get_entry_version(session, entry, version_id)
            taken = take_version_step(
                session,
                version,
                step,
                by=actor(),
                now=now(),
                reason=reason,
                expected_sha256=request.form.get("sha256") or None,
            )
    except (Invalid, Conflict, NotAllowed) as error:
        return render_version(room, name, version_id, refused=refusal(error, step, reason), status=status_of(error))
    flash(_data_step_told(step, taken.to_state), "good")
    return redirect_to(f"{room}.show_entry", name=name)


def send_original(name: str, version_id: uuid.UUID) -> Response:
    """The file of a version exactly as delivered, for the people who decide on it."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor())
        version = get_entry_version(session, entry, version_id)
    response = send_file(house().store.path(version.blob_sha256), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(
        version.file_name, fallback=f"original-{version.number}.{original_suffix(version.file_format)}"
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def refusal(error: DomainError, step: str, reason: str) -> Refused:
    """A failure as the page tells it: its sentence and every place that is wrong."""
    problems = error.problems if isinstance(error, Invalid) and error.code not in REASON_CODES else []
    return Refused(
        step=step,
        text=error_text(error, language()),
        problems=describe_problems(problems, language()),
        reason=reason,
        is_reason=error.code in REASON_CODES,
    )


def whole(text: str | None) -> int | None:
    """A number from an address or form, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def parse_id(text: str | None, code: str) -> uuid.UUID:
    """An id from an address or form; raises NotFound(code)."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise NotFound(code) from None


def _data_step_told(step: str, to_state: str) -> str:
    if step == "confirm_data" and to_state == "office_review":
        return _("已确认。列有变化或含个人信息，已转政数局审核。")
    if to_state == "published":
        return _("新数据已公开。")
    return _("“%(step)s”已完成。", step=step_text(step, language()))
