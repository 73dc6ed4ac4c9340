"""Bulk acts: choosing, the preview, the history and one act with all that it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from catalog.bulk import BULK_KINDS, BULK_STATES, CHANGE_STATES, WHATS, BulkFacts, BulkKind, BulkPage, Change, Plan
from catalog.bulk.plans import Refusal
from catalog.bulk.selecting import Chosen
from catalog.departments import DepartmentFacts
from catalog.permissions import Actor
from catalog.vocabularies import VOCABULARIES
from portal.messages import text_of
from portal.pages.desk_texts import in_words
from portal.pages.filled_form import FilledForm

SHOWN_ENTRIES = 200
"""Entries that can be ticked on one page; a filter takes more."""
SHOWN_CHANGES = 500
"""Changes that a page lists; what is beyond is counted."""

FIELDS = ("department", "into", "name", "short_name", "name_en", "cycle", "reason", "digest", "scope")
FILTERS = ("from", "state", "of_cycle", "domain", "q")

ABOUT: dict[str, tuple[str, str]] = {
    "rename_department": (
        "公开页面、检索、目录交换中的名称全部更新，地址不变。",
        "The name changes on every public page, in search and feeds; addresses stay.",
    ),
    "merge_departments": (
        "条目、账号、未完成的任务转到新部门；已完成的记录仍记在原部门名下。",
        "Entries, accounts and open duties go over; what was done stays with the old department.",
    ),
    "reassign": (
        "把选中的条目划给另一个部门，未到期的更新任务随之转移。",
        "Chosen entries go to another department, with the updates they still owe.",
    ),
    "change_cycle": (
        "为选中的条目发布只改更新周期的新修订，须另一人确认。",
        "Publishes a revision with another update cycle; a second person confirms.",
    ),
    "withdraw": (
        "为选中的条目提请下架，须另一人确认。下架后不能恢复。",
        "Asks to withdraw chosen entries; a second person confirms. There is no way back.",
    ),
}
TONES = {
    "asking": "info", "asked": "warn", "applying": "info", "applied": "good", "undoing": "info", "undone": "",
    "planned": "info", "done": "good", "skipped": "warn", "kept": "warn",
}  # fmt: skip
NAMES: dict[str, tuple[str, str]] = {
    "name": ("名称", "Name"),
    "short_name": ("简称", "Short name"),
    "name_en": ("英文名称", "English name"),
    "department": ("部门", "Department"),
    "update_cycle": ("更新周期", "Update cycle"),
    "state": ("状态", "State"),
    "is_active": ("使用", "In use"),
    "merged_into": ("并入", "Merged into"),
}
"""Fields of a change that people read; the others are for the machine."""


@dataclass(frozen=True, slots=True)
class KindCard:
    """A kind of act to choose from."""

    key: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing: what it is, from what to what; `href` leads to an entry, `why` says why it was left out."""

    what: str
    label: str
    name: str
    before: str
    after: str
    state: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act of the history."""

    facts: BulkFacts
    kind: str
    state: str
    tone: str
    summary: str


@dataclass(frozen=True, slots=True)
class BulkOverview:
    """The kinds of act, and what was done before."""

    kinds: tuple[KindCard, ...]
    acts: tuple[ActLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class BulkForm:
    """Choosing what an act is about."""

    kind: KindCard
    chooses_entries: bool
    two_person: bool
    form: FilledForm
    departments: tuple[tuple[str, str], ...]
    cycles: tuple[tuple[str, str], ...]
    domains: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    entries: tuple[Chosen, ...]
    total: int
    ticked: frozenset[str]
    has_filter: bool


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """Exactly what would happen; `hidden` are the fields that the form sends again."""

    kind: KindCard
    two_person: bool
    changes: tuple[ChangeLine, ...]
    count: int
    by_what: tuple[tuple[str, int], ...]
    refusals: tuple[ChangeLine, ...]
    refused: int
    hidden: tuple[tuple[str, str], ...]
    digest: str
    reason: str
    form: FilledForm
    stale: str


@dataclass(frozen=True, slots=True)
class BulkDetails:
    """One act; `progress` 0 to 1 while it is worked off."""

    line: ActLine
    about: str
    changes: tuple[ChangeLine, ...]
    more: int
    done: int
    total: int
    progress: float
    can_confirm: bool
    can_undo: bool
    is_asker: bool
    form: FilledForm


def kind_card(kind: BulkKind, language: str) -> KindCard:
    """A kind in words."""
    return KindCard(kind.key, in_words((kind.zh, kind.en), language), in_words(ABOUT[kind.key], language))


def make_overview(found: BulkPage, language: str) -> BulkOverview:
    """The first page of bulk acts."""
    kinds = tuple(kind_card(kind, language) for kind in BULK_KINDS.values())
    return BulkOverview(kinds, tuple(_act(row, language) for row in found.rows), found.next)


def read_args(kind: BulkKind, form: MultiDict[str, str], departments: Iterable[DepartmentFacts]) -> dict[str, Any]:
    """What the form says, as the arguments of the act."""
    ids = {one.slug: str(one.id) for one in departments}
    if kind.chooses_entries:
        chosen: dict[str, Any] = {
            "department_id": ids.get(form.get("from", "")),
            "state": form.get("state") or None,
            "cycle": form.get("of_cycle") or None,
            "domain": form.get("domain") or None,
            "text": form.get("q", "").strip()[:128],
        }
        if form.get("scope") != "filter":
            chosen = {"ids": sorted(set(form.getlist("id")))}
        args: dict[str, Any] = {"selection": {name: value for name, value in chosen.items() if value}}
        if kind.key == "reassign":
            args["into_id"] = ids.get(form.get("into", ""))
        if kind.key == "change_cycle":
            args["cycle"] = form.get("cycle", "")[:20]
        return args
    args = {"department_id": ids.get(form.get("department", ""))}
    if kind.key == "merge_departments":
        return args | {"into_id": ids.get(form.get("into", ""))}
    return args | {name: form.get(name, "").strip()[:300] or None for name in ("name", "short_name", "name_en")}


def make_bulk_form(
    kind: BulkKind,
    form: FilledForm,
    departments: Iterable[DepartmentFacts],
    *,
    entries: tuple[list[Chosen], int],
    ticked: Iterable[str],
    language: str,
) -> BulkForm:
    """The form that chooses; `entries` are the first that the filter finds, and how many there are."""
    return BulkForm(
        kind=kind_card(kind, language),
        chooses_entries=kind.chooses_entries,
        two_person=kind.two_person,
        form=form,
        departments=tuple((one.slug, one.name) for one in departments),
        cycles=_terms("update_cycle", language),
        domains=_terms("domain", language),
        states=tuple(term for term in _terms("entry_state", language) if term[0] != "withdrawn"),
        entries=tuple(entries[0]),
        total=entries[1],
        ticked=frozenset(ticked),
        has_filter=any(form.value(name) for name in FILTERS),
    )


def make_preview(
    kind: BulkKind, plan: Plan, form: MultiDict[str, str], *, filled: FilledForm, stale: str, language: str
) -> BulkPreview:
    """The plan in words, with the fields that carry it out."""
    count: dict[str, int] = {}
    for change in plan.changes:
        count[change.what] = count.get(change.what, 0) + 1
    hidden = [
        (name, value) for name in (*FIELDS, *FILTERS) if name not in ("digest", "reason") if (value := form.get(name))
    ]
    hidden += [("id", value) for value in form.getlist("id")] if form.get("scope") != "filter" else []
    return BulkPreview(
        kind=kind_card(kind, language),
        two_person=kind.two_person,
        changes=tuple(_change(change, language) for change in plan.changes[:SHOWN_CHANGES]),
        count=len(plan.changes),
        by_what=tuple((in_words(WHATS[what], language), number) for what, number in count.items()),
        refusals=tuple(_refusal(refusal, language) for refusal in plan.refusals[:SHOWN_CHANGES]),
        refused=len(plan.refusals),
        hidden=tuple(hidden),
        digest=plan.digest,
        reason=form.get("reason", ""),
        form=filled,
        stale=stale,
    )


def make_details(facts: BulkFacts, *, by: Actor, form: FilledForm, language: str) -> BulkDetails:
    """One act in words; what did not succeed comes first."""
    changes = sorted(facts.changes, key=lambda change: change.state not in ("skipped", "kept"))
    total, waiting = len(facts.changes), _waiting(facts)
    return BulkDetails(
        line=_act(facts, language),
        about=in_words(ABOUT[facts.kind], language),
        changes=tuple(_change(change, language) for change in changes[:SHOWN_CHANGES]),
        more=max(0, total - SHOWN_CHANGES),
        done=total - waiting,
        total=total,
        progress=(total - waiting) / total if total else 1.0,
        can_confirm=facts.state == "asked" and facts.by_id != by.account_id,
        can_undo=facts.state in ("applied", "asked"),
        is_asker=facts.state == "asked" and facts.by_id == by.account_id,
        form=form,
    )


def _waiting(facts: BulkFacts) -> int:
    counts = facts.counts
    if facts.state == "undoing":
        return counts["done"] + counts["asked"]
    return counts["planned"] + (counts["asked"] if facts.state == "applying" else 0)


def _act(facts: BulkFacts, language: str) -> ActLine:
    kind = BULK_KINDS[facts.kind]
    counts = facts.counts
    summary = "、" if language == "zh" else ", "
    parts = (f"{in_words(words, language)} {counts[state]}" for state, words in CHANGE_STATES.items() if counts[state])
    return ActLine(
        facts=facts,
        kind=in_words((kind.zh, kind.en), language),
        state=in_words(BULK_STATES[facts.state], language),
        tone=TONES[facts.state],
        summary=summary.join(parts),
    )


def _change(change: Change, language: str) -> ChangeLine:
    return ChangeLine(
        what=in_words(WHATS[change.what], language),
        label=change.label,
        name=change.address if change.what == "entry" else "",
        before=_values(change.before, change.after, language),
        after=_values(change.after, change.after, language),
        state=in_words(CHANGE_STATES[change.state], language),
        tone=TONES.get(change.state, ""),
        why=text_of(change.why, {}, language) if change.why else "",
    )


def _refusal(refusal: Refusal, language: str) -> ChangeLine:
    return ChangeLine(
        what=in_words(WHATS[refusal.what], language),
        label=refusal.label,
        name=refusal.address if refusal.what == "entry" else "",
        before="",
        after="",
        state="",
        tone="warn",
        why=text_of(refusal.code, refusal.params, language),
    )


def _values(values: Mapping[str, Any], shown: Mapping[str, Any], language: str) -> str:
    """The fields of one side that people read; with one field its value alone."""
    fields = [name for name in NAMES if name in shown and name in values]
    if len(fields) == 1:
        return _value(fields[0], values[fields[0]], language)
    mark = "：" if language == "zh" else ": "
    return "；".join(
        f"{in_words(NAMES[name], language)}{mark}{_value(name, values[name], language)}" for name in fields
    )


def _value(name: str, value: Any, language: str) -> str:
    if name == "update_cycle":
        return VOCABULARIES["update_cycle"].label(value, language) or "–"
    if name == "state":
        return VOCABULARIES["entry_state"].label(value, language)
    if isinstance(value, bool):
        return in_words(("是", "yes") if value else ("否", "no"), language)
    return str(value) if value else "–"


def _terms(vocabulary: str, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((term.code, term.label(language)) for term in VOCABULARIES[vocabulary].terms)
