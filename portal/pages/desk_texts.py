"""Words that desk and office share: steps, places of problems, differences between two texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.errors import Problem
from catalog.fields import FIELDS, ITEM_FIELDS, Field
from catalog.revision_texts import FieldChange
from catalog.sheet.planning import change_label
from catalog.sheet.printing import print_value
from catalog.steps import STEPS
from portal.messages import problem_text

MORE_STEPS: dict[str, tuple[str, str]] = {
    "create": ("新建条目", "Created"),
    "open": ("开始修订", "Opened a revision"),
    "reassign": ("划转部门", "Handed over to another department"),
    "recycle": ("批量调整更新周期", "Cycle changed in a bulk act"),
    "attach_data": ("上传数据", "Uploaded data"),
}
"""Steps of the history that nobody takes by a button of their own."""

STEP_HELP: dict[str, tuple[str, str]] = {
    "discard": (
        "放弃后，公开的内容保持不变，本次修订不再保留。",
        "What is public stays as it is; this revision is dropped.",
    ),
    "return_by_department": ("填报员会看到退回理由。", "The editor will read the reason."),
    "return_by_office": ("部门会看到退回理由。", "The department will read the reason."),
    "ask_withdrawal": (
        "审核期间条目仍然公开。理由供审核，同意下架后会公开。",
        "It stays public while this is decided.",
    ),
    "refuse_withdrawal": (
        "部门会看到不同意的理由，条目继续公开。",
        "The department will read the reason; it stays public.",
    ),
    "withdraw": (
        "公开页面变为下架说明，代码保留，各平台收到删除通知。不填则公开申请时的理由。",
        "The page becomes a notice, the code is kept, platforms receive a deletion. Left empty, the reason of the "
        "request is shown.",
    ),
    "suspend": (
        "立即从页面、接口、下载和目录交换中撤下，用于已泄露的个人信息或涉密内容。理由会公开显示。",
        "Taken at once from pages, API, downloads and feeds: for leaked personal or secret data. The reason is public.",
    ),
    "discard_data": ("放弃这一版数据，公开的数据保持不变。", "This version is dropped; what is public stays."),
    "reject_data_by_department": (
        "填报员会看到退回理由，需重新上传。",
        "The editor will read the reason and upload again.",
    ),
    "reject_data_by_office": (
        "部门会看到退回理由，需重新上传。",
        "The department will read the reason and upload again.",
    ),
    "retract_data": (
        "该历史版本的地址不再提供数据。理由会公开显示。",
        "The version's address no longer serves data; the reason is public.",
    ),
}
"""What people should know before they take a step."""

DANGEROUS = frozenset({"discard", "withdraw", "suspend", "discard_data", "retract_data"})
RETURNS = frozenset(
    {
        "return_by_department",
        "return_by_office",
        "refuse_withdrawal",
        "reject_data_by_department",
        "reject_data_by_office",
    }
)
REASON_IS_WELCOME = frozenset({"withdraw"})
"""Steps that take a reason without needing one."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference in words; an empty side means: nothing there."""

    label: str
    old: str
    new: str


def in_words(texts: tuple[str, str], language: str) -> str:
    """The text of a (zh, en) pair."""
    return texts[language == "en"]


def step_text(name: str, language: str) -> str:
    """What a step is called."""
    if name in STEPS:
        return STEPS[name].en if language == "en" else STEPS[name].zh
    return in_words(MORE_STEPS.get(name, (name, name)), language)


def field_label(field: Field, language: str) -> str:
    """The field's name."""
    return field.en if language == "en" else field.zh


def place_label(where: str, language: str) -> str:
    """A problem's place in words: "更新周期", "信息项3·数据类型"; an unknown place stays as it is."""
    parts = where.split(".")
    if where == "items":
        return in_words(("信息项", "Data items"), language)
    if parts[0] == "items" and len(parts) == 3 and parts[2] in ITEM_FIELDS:
        return in_words((f"信息项{parts[1]}·", f"item {parts[1]}, "), language) + field_label(
            ITEM_FIELDS[parts[2]], language
        )
    return field_label(FIELDS[where], language) if where in FIELDS else where


def describe_problems(problems: Iterable[Problem], language: str) -> tuple[tuple[str, str], ...]:
    """(place, sentence with the place's name) of each problem."""
    described = []
    for problem in problems:
        label = place_label(problem.where, language)
        text = problem_text(problem, language)
        described.append((problem.where, f"{label}{in_words(('：', ': '), language)}{text}" if label else text))
    return tuple(described)


def describe_change(change: FieldChange, language: str) -> ChangeLine:
    """A difference between two revisions in words."""
    return ChangeLine(
        change_label(change, language) if change.field != "items" else place_label("items", language),
        _shown(change.field, change.old, language),
        _shown(change.field, change.new, language),
    )


def describe_item(item: Mapping[str, Any], language: str) -> str:
    """A data item in one line: what is filled of it, its name first."""
    parts = []
    for name, field in ITEM_FIELDS.items():
        value = item.get(name)
        if value in (None, "", False) or (name == "is_open" and value):
            continue
        text = print_value(field, value, language)
        parts.append(text if name in ("name", "field_name", "type") else f"{field_label(field, language)} {text}")
    if item.get("is_open") is False:
        parts.append(in_words(("不开放", "not open"), language))
    return " · ".join(parts)


def _shown(place: str, value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return describe_item(value, language)
    parts = place.split(".")
    field = ITEM_FIELDS.get(parts[-1]) if parts[0] == "items" and len(parts) > 2 else FIELDS.get(place)
    if field is None:
        return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    if field.kind == "date" and isinstance(value, str) and value:
        value = dt.date.fromisoformat(value)
    return print_value(field, value, language)
