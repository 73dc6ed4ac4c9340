"""Making and editing an entry in a form. A stale form loses nothing: both texts are shown and may be chosen."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from catalog.entries import (
    EDITABLE_STATES,
    create_entry,
    edit_revision,
    find_open_revision,
    find_published_revision,
    find_same_titles,
    get_entry_for,
    save_revision,
)
from catalog.errors import Conflict, Invalid, Problem
from catalog.field_values import parse_fields, parse_items
from catalog.gaps import check_revision
from catalog.models import Entry, Revision
from catalog.revision_texts import item_values, revision_values
from catalog.workflow import take_step
from portal.access import access
from portal.context import actor, language, now, reading, work
from portal.links import redirect_to
from portal.messages import error_text
from portal.pages.desk_form import (
    ITEM_FIELDS,
    MORE_ITEMS,
    SPARE_ITEMS,
    EntryForm,
    Raw,
    Typed,
    make_entry_form,
    parse_form,
    raw_of,
)
from portal.pages.desk_new import make_new_form
from portal.pages.desk_stale import make_stale_page
from portal.views.desk import bp

NEVER = -1
"""A lock number that no revision has: the form was made from another revision than the open one."""


@bp.get("/entries/new")
@access("entry.create")
def new_entry() -> str:
    """The first questions about a new entry."""
    return render_template("desk/new.html", page=make_new_form({}, language=language()))


@bp.post("/entries/new")
@access("entry.create")
def create() -> Response:
    """Make the draft and go on to its form."""
    values = {name: request.form.get(name, "") for name in ("title", "summary")}
    try:
        with work() as session:
            department_id = actor().department_id
            assert department_id is not None
            entry = create_entry(session, department_id=department_id, fields=values, by=actor(), now=now())
            name, same = entry.name, find_same_titles(session, department_id, values["title"].strip(), but=entry.id)
    except Invalid as error:
        page = make_new_form(values, problems=error.problems, language=language())
        return make_response(render_template("desk/new.html", page=page), 422)
    flash(_("草稿已建立，请继续填写。"), "good")
    if same:
        flash(_("本部门已有 %(count)s 个同名条目，请确认不是重复登记。", count=len(same)), "warn")
    return redirect_to("desk.edit_entry", name=name)


@bp.get("/entries/<name>/edit")
@access("entry.edit")
def edit_entry(name: str) -> Response:
    """The form, filled with the open revision or, where none is open, with what is public."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor(), act="entry.edit")
        opened = find_open_revision(session, entry)
        shown = opened or find_published_revision(session, entry)
    assert shown is not None
    if entry.state == "withdrawn" or (opened is not None and opened.state not in EDITABLE_STATES):
        code = "entry_is_withdrawn" if entry.state == "withdrawn" else "revision_in_review"
        flash(error_text(Conflict(code), language()), "warn")
        return redirect_to("desk.show_entry", name=name)
    return _form(_stored_form(entry, shown))


@bp.post("/entries/<name>/edit")
@access("entry.edit")
def save_entry(name: str) -> Response:
    """Save; with `submit` also hand it to the reviewer. What is wrong comes back with what was typed."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor(), act="entry.edit")
    typed = parse_form(request.form, has_code=entry.ordinal is None)
    if "more" in request.form:
        return _form(_typed_form(entry, typed, spare=MORE_ITEMS), anchor=True)
    try:
        _require_well_formed(typed)
        with work() as session:
            _save(session, name, typed)
    except Conflict as error:
        if error.code != "stale_form":
            return _form(_typed_form(entry, typed, failure=error_text(error, language())), 409)
        return _stale(name, error, typed)
    except Invalid as error:
        return _form(_typed_form(entry, typed, problems=error.problems), 422)
    if "submit" in request.form:
        return _submit(name)
    flash(_("已保存。"), "good")
    return redirect_to("desk.show_entry", name=name)


def _require_well_formed(typed: Typed) -> None:
    """Raise Invalid("fields_invalid") with what is wrong with fields and data items together."""
    problems = parse_fields(typed.chosen_fields)[1] + parse_items(typed.chosen_items or [])[1]
    if problems:
        raise Invalid("fields_invalid", problems=problems)


def _save(session: Any, name: str, typed: Typed) -> None:
    entry = get_entry_for(session, name, by=actor(), act="entry.edit")
    had_open = entry.open_revision_id is not None
    revision = edit_revision(session, entry, by=actor(), now=now())
    lock = typed.lock if typed.base == str(revision.id) else NEVER
    if not had_open and typed.base == str(entry.published_revision_id):
        lock = revision.lock_version
    save_revision(
        session,
        revision,
        fields=typed.chosen_fields,
        items=typed.chosen_items,
        expected_lock=lock,
        by=actor(),
        now=now(),
    )


def _stale(name: str, error: Conflict, typed: Typed) -> Response:
    """Both texts side by side; the next save starts from what stands now."""
    with reading() as session:
        entry = get_entry_for(session, name, by=actor(), act="entry.edit")
    page = make_stale_page(name, error.params, typed, base=str(entry.open_revision_id), language=language())
    return make_response(render_template("desk/stale.html", page=page, typed=_typed_pairs()), 409)


def _submit(name: str) -> Response:
    """What was typed is saved already; gaps keep it from going on."""
    try:
        with work() as session:
            take_step(session, get_entry_for(session, name, by=actor()), "submit", by=actor(), now=now())
    except Invalid as error:
        flash(_("已保存，但还不能提交。%(why)s", why=error_text(error, language())), "warn")
        return redirect_to("desk.edit_entry", name=name, check=1)
    flash(_("已保存并提交审签。"), "good")
    return redirect_to("desk.show_entry", name=name)


def _stored_form(entry: Entry, shown: Revision) -> EntryForm:
    values, items = revision_values(shown), [item_values(item) for item in shown.items]
    return make_entry_form(
        name=entry.name,
        title=shown.title,
        raw=raw_of({**values, "code": entry.code}),
        items=[raw_of(item, ITEM_FIELDS) for item in items],
        base=str(shown.id),
        lock=shown.lock_version,
        is_code_fixed=entry.ordinal is not None,
        gaps=check_revision(values, items) if request.args.get("check") else (),
        return_reason=(shown.return_reason or "") if shown.state == "returned" else "",
        language=language(),
    )


def _typed_form(
    entry: Entry, typed: Typed, *, problems: list[Problem] | None = None, failure: str = "", spare: int = SPARE_ITEMS
) -> EntryForm:
    raw: Raw = dict(typed.fields)
    if entry.ordinal is not None:
        raw["code"] = entry.code or ""
    return make_entry_form(
        name=entry.name,
        title=str(raw.get("title") or entry.name),
        raw=raw,
        items=typed.items,
        base=typed.base,
        lock=typed.lock,
        seen=",".join(f"{key}:{value}" for key, value in typed.seen.items()),
        is_code_fixed=entry.ordinal is not None,
        problems=problems or (),
        failure=failure,
        language=language(),
        spare=spare,
    )


def _form(page: EntryForm, status: int = 200, *, anchor: bool = False) -> Response:
    return make_response(render_template("desk/edit.html", page=page, goes_to_items=anchor), status)


def _typed_pairs() -> list[tuple[str, str]]:
    """Everything that was typed, to be sent again with the choices."""
    left_out = ("csrf_token", "lock", "base", "submit", "save")
    return [
        (key, value)
        for key, value in request.form.items(multi=True)
        if key not in left_out and not key.startswith("keep.")
    ]
