"""What happened: the audit log for the auditor, the feeds' pulls for office and auditor."""

from __future__ import annotations

import datetime as dt

from flask import render_template, request

from catalog.accounts import find_account
from catalog.audit import list_audit, verify_audit
from catalog.errors import Invalid
from catalog.feeds.pulls import list_pulls
from portal.access import access
from portal.context import actor, language, now, reading
from portal.pages.office_records import PAGE_SIZE, make_audit_page, make_pull_page
from portal.views.office import bp


@bp.get("/audit")
@access("audit.read")
def show_audit() -> str:
    """The log, newest first, narrowed by kind of act, person or object; `?verify=1` walks the chain."""
    act, subject = request.args.get("act", "")[:40], request.args.get("object", "").strip()[:64]
    username = request.args.get("account", "").strip()[:64]
    with reading() as session:
        account = find_account(session, username, now=now()) if username else None
        is_unknown = bool(username) and account is None
        events = (
            []
            if is_unknown
            else list_audit(
                session,
                by=actor(),
                before=_number(request.args.get("before")),
                limit=PAGE_SIZE + 1,
                act=act or None,
                object_id=subject or None,
                account_id=account.id if account else None,
            )
        )
        check = verify_audit(session) if request.args.get("verify") else None
    page = make_audit_page(events, act=act, subject=subject, username=username, check=check, language=language())
    return render_template("office/audit.html", page=page)


@bp.get("/pulls")
@access("pulls.read")
def show_pulls() -> str:
    """Who took which feed, newest first."""
    with reading() as session:
        pulls = list_pulls(session, before=_instant(request.args.get("before")), limit=PAGE_SIZE + 1)
    return render_template("office/pulls.html", page=make_pull_page(pulls, language=language()))


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid("bad_cursor")
    return int(text)


def _instant(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise Invalid("bad_cursor")
        return instant.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Invalid("bad_cursor") from None
