"""The office's view of reminders and of the outbox."""

from __future__ import annotations

import uuid

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from catalog import outbox
from portal.access import access
from portal.context import actor, house, language, now, reading, work
from portal.links import redirect_to
from portal.pages.notices import PAGE_SIZE, make_outbox_page
from portal.views.desk.notices import change, register, render_notices
from portal.views.office import bp


@bp.get("/reminders")
@access("office.view")
def show_reminders() -> Response:
    """Reminders of all departments, newest first, and the office's own webhooks."""
    return render_notices("office")


@bp.post("/reminders/webhooks")
@access("office.view")
def register_webhook() -> Response:
    """Register an address for the reminders of all departments; its secret is shown once."""
    return register("office", None)


@bp.post("/reminders/webhooks/<uuid:webhook_id>")
@access("office.view")
def change_webhook(webhook_id: uuid.UUID) -> Response:
    """Switch on or off, test, remove."""
    return change("office", webhook_id)


@bp.get("/outbox")
@access("outbox.read")
def show_outbox() -> str:
    """Messages, newest first, by state; never their text."""
    state = request.args.get("state", "")[:20]
    with reading() as session:
        found = outbox.list_messages(session, by=actor(), state=state, after=request.args.get("after"), limit=PAGE_SIZE)
        counts = outbox.count_messages(session)
    page = make_outbox_page(
        found, counts, state=state, is_mail_set=bool(house().settings.smtp_url), language=language()
    )
    return render_template("office/outbox.html", page=page)


@bp.post("/outbox/<uuid:message_id>/retry")
@access("outbox.read")
def retry_message(message_id: uuid.UUID) -> Response:
    """Try one message again now."""
    with work() as session:
        outbox.retry_message(session, message_id, by=actor(), now=now())
    flash(_("已重新排队，约 15 秒内再发一次。"), "good")
    return redirect_to("office.show_outbox", state=request.form.get("state", "")[:20] or None)
