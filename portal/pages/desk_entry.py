"""One entry as the people who work on it see it: department and office share this page, each with its own buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.entries import EDITABLE_STATES, find_open_revision, find_published_revision
from catalog.fields import FIELDS, GROUPS, ITEM_FIELDS
from catalog.gaps import check_revision, completeness
from catalog.history import StepTaken, list_steps
from catalog.models import Department
from catalog.permissions import Actor, is_allowed
from catalog.review import compare_revisions
from catalog.revision_texts import item_values, revision_values
from catalog.sheet.printing import print_value
from catalog.steps import STEPS
from catalog.vocabularies import VOCABULARIES
from catalog.workflow import list_open_steps
from portal.pages.desk_actions import Actions, Refused, make_actions
from portal.pages.desk_ledger import EntryPromise, make_entry_promise
from portal.pages.desk_resources import ResourceLine, make_resource_lines
from portal.pages.desk_texts import ChangeLine, describe_change, describe_problems, field_label, in_words, step_text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.models import Entry, Revision
    from portal.house import House

WAY = ("draft", "department_review", "office_review", "approved", "published")
"""States of a revision in the order in which it passes them."""
ITEM_COLUMNS = ("name", "field_name", "type", "unit", "description")
"""Fields of a data item that the table shows in columns; the rest goes into one cell."""
STATE_VOCABULARY = {"revision": "revision_state", "entry": "entry_state", "version": "version_state"}


@dataclass(frozen=True, slots=True)
class Milestone:
    """One station of the way to the public; `stand`: done, here, back (returned to it) or ahead."""

    text: str
    stand: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step as it was taken."""

    at: dt.datetime
    who: str
    what: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One data item: the texts of the columns shown, and what else is filled."""

    texts: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class EntryWork:
    """All that the page shows. `room` is "desk" or "office" and decides where links and forms lead."""

    room: str
    name: str
    title: str
    code: str
    department: str
    state: str
    revision_state: str | None
    """State of the open revision, None if none is open."""
    revision_number: int
    is_public: bool
    return_reason: str
    state_reason: str
    way: tuple[Milestone, ...]
    gaps: tuple[tuple[str, str], ...]
    completeness: int
    changes: tuple[ChangeLine, ...]
    """Against the published revision; empty when there is none or nothing differs."""
    has_former: bool
    resources: tuple[ResourceLine, ...]
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    item_columns: tuple[str, ...]
    items: tuple[ItemLine, ...]
    actions: Actions
    history: tuple[HistoryLine, ...]
    can_edit: bool
    can_upload: bool
    is_open_for_edit: bool
    update_cycle: str | None
    promise: EntryPromise
    data_updated_on: dt.date | None

    @property
    def edit_is_next(self) -> bool:
        """Whether the form comes before any other step: something is missing, or was asked to be changed."""
        return self.can_edit and self.is_open_for_edit and bool(self.gaps or self.return_reason)

    @property
    def is_in_review(self) -> bool:
        """Whether somebody has to decide on the open revision."""
        return self.revision_state in ("department_review", "office_review", "approved")


def make_entry_work(
    session: Session,
    house: House,
    entry: Entry,
    *,
    room: str,
    by: Actor,
    today: dt.date,
    language: str,
    refused: Refused | None = None,
) -> EntryWork:
    """The page; about a dozen queries, and one question to the rows of each file that is under review."""
    opened, published = find_open_revision(session, entry), find_published_revision(session, entry)
    shown = opened or published
    assert shown is not None, "an entry has an open or a published revision"
    values, items = revision_values(shown), [item_values(item) for item in shown.items]
    gaps = check_revision(values, items) if opened is not None else []
    changes = compare_revisions(published, opened) if opened and published else []
    return EntryWork(
        room=room,
        name=entry.name,
        title=shown.title,
        code=entry.code or "",
        department=session.get_one(Department, entry.department_id).name,
        state=entry.state,
        revision_state=opened.state if opened else None,
        revision_number=shown.number,
        is_public=entry.state in ("published", "withdrawal_review"),
        return_reason=(opened.return_reason or "") if opened and opened.state == "returned" else "",
        state_reason=entry.state_reason or "",
        way=_way(opened, language) if opened else (),
        gaps=describe_problems(gaps, language),
        completeness=completeness(values, items),
        changes=tuple(describe_change(change, language) for change in changes),
        has_former=published is not None,
        resources=make_resource_lines(session, house, entry, opened=opened, by=by, language=language),
        groups=_groups({**values, "code": entry.code}, language),
        item_columns=tuple(field_label(ITEM_FIELDS[name], language) for name in _used(items)),
        items=tuple(_item_line(item, _used(items), language) for item in items),
        actions=_actions(session, entry, opened, by=by, refused=refused, language=language),
        history=tuple(_history_line(step, language) for step in list_steps(session, entry.id)),
        can_edit=_can_edit(entry, opened, by),
        can_upload=is_allowed(by, "data.upload", department_id=entry.department_id) and entry.state != "withdrawn",
        is_open_for_edit=opened is not None and opened.state in EDITABLE_STATES,
        update_cycle=shown.update_cycle,
        promise=make_entry_promise(session, entry.id, by=by, today=today, language=language),
        data_updated_on=entry.data_updated_on,
    )


def _can_edit(entry: Entry, opened: Revision | None, by: Actor) -> bool:
    is_editable = entry.state != "withdrawn" and (opened is None or opened.state in EDITABLE_STATES)
    return is_editable and is_allowed(by, "entry.edit", department_id=entry.department_id)


def _actions(
    session: Session, entry: Entry, opened: Revision | None, *, by: Actor, refused: Refused | None, language: str
) -> Actions:
    steps = list_open_steps(session, entry, by=by)
    return make_actions(
        steps,
        locks={"revision": opened.lock_version if opened else None, "entry": entry.lock_version},
        refused=refused,
        note=_note(entry, opened, by, {step.name for step in steps}, language),
        language=language,
    )


def _note(entry: Entry, opened: Revision | None, by: Actor, offered: set[str], language: str) -> str:
    """Why the step that this person came for is not offered: the one before was their own."""
    states = {"revision": opened.state if opened else None, "entry": entry.state}
    own = [
        step.name
        for step in STEPS.values()
        if step.two_person
        and step.subject in states
        and step.name not in offered
        and step.is_open(state=states[step.subject], entry_state=entry.state)
        and is_allowed(by, step.act, department_id=entry.department_id)
    ]
    if not own:
        return ""
    names = "、".join(step_text(name, language) for name in own)
    return in_words(
        (
            f"“{names}”须由另一位同事办理：上一步是您自己办的。",
            f"“{names}” is for a colleague: you took the step before.",
        ),
        language,
    )


def _way(opened: Revision, language: str) -> tuple[Milestone, ...]:
    labels = VOCABULARIES["revision_state"]
    if opened.state == "returned":
        first = Milestone(labels.label("returned", language), "back")
        return (first, *(Milestone(labels.label(state, language), "ahead") for state in WAY[1:]))
    here = WAY.index(opened.state)
    stands = ["done"] * here + ["here"] + ["ahead"] * (len(WAY) - here - 1)
    return tuple(Milestone(labels.label(state, language), stand) for state, stand in zip(WAY, stands, strict=True))


def _groups(values: Mapping[str, Any], language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    groups = []
    for key, label in GROUPS.items():
        rows = tuple(
            (field_label(field, language), print_value(field, values.get(name), language))
            for name, field in FIELDS.items()
            if field.group == key
        )
        groups.append((in_words(label, language), tuple(row for row in rows if row[1])))
    return tuple(group for group in groups if group[1])


def _used(items: list[dict[str, Any]]) -> tuple[str, ...]:
    """The columns in which anything stands."""
    return tuple(name for name in ITEM_COLUMNS if any(item.get(name) not in (None, "") for item in items))


def _item_line(item: Mapping[str, Any], columns: tuple[str, ...], language: str) -> ItemLine:
    texts = tuple(print_value(ITEM_FIELDS[name], item.get(name), language) for name in columns)
    rest = []
    for name, field in ITEM_FIELDS.items():
        value = item.get(name)
        if name in ITEM_COLUMNS or value in (None, "", False) or (name == "is_open" and value):
            continue
        is_mark = value is True
        rest.append(
            field_label(field, language)
            if is_mark
            else f"{field_label(field, language)} {print_value(field, value, language)}"
        )
    if item.get("is_open") is False:
        rest.append(in_words(("不开放", "not open"), language))
    return ItemLine(texts, in_words(("、", ", "), language).join(rest))


def _history_line(step: StepTaken, language: str) -> HistoryLine:
    kind = "version" if step.version_id else "revision" if step.revision_id else "entry"
    return HistoryLine(
        at=step.at,
        who=step.by_name,
        what=step_text(step.step, language),
        outcome=VOCABULARIES[STATE_VOCABULARY[kind]].label(step.to_state, language),
        reason=step.reason or "",
    )
