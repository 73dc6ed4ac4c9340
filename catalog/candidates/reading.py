"""The two lists from which candidates come: shared items of the exchange platform, and business systems.

The untrusted file is opened in the child process of the sheets; here its texts become rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.errors import Invalid, NotFound
from catalog.field_values import clean_title
from catalog.sheet.grid import HEADER_SEARCH_ROWS
from catalog.sheet.reading import SHEET_LIMITS
from catalog.vocabularies import VOCABULARIES, simplify
from datasets.sandbox import run_limited

MAX_ROWS = 20_000
"""Rows of one list."""
MAX_TITLE = 128
MAX_CODE = 64
MAX_NOTE = 1_000

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    # source: {field: headers}
    "exchange": {
        "title": (
            "信息资源名称",
            "资源名称",
            "目录名称",
            "信息资源标题",
            "数据资源名称",
            "数据名称",
            "数据目录名称",
            "共享资源名称",
            "名称",
        ),
        "code": ("信息资源代码", "资源代码", "代码", "目录代码", "资源编码", "目录编码", "编码"),
        "department": (
            "信息资源提供方",
            "提供方",
            "资源提供方",
            "提供单位",
            "提供部门",
            "来源部门",
            "数源单位",
            "所属部门",
            "责任部门",
        ),
        "share": ("共享类型", "共享属性", "共享方式类型"),
        "note": ("信息资源摘要", "摘要", "资源摘要", "说明", "备注", "数据描述"),
        "system": ("来源系统", "所属系统", "业务系统", "系统名称"),
    },
    "system": {
        "title": ("数据内容", "数据资源", "主要数据", "数据名称", "数据资源名称", "业务数据", "数据项"),
        "system": ("系统名称", "信息系统名称", "业务系统", "业务系统名称", "应用系统名称", "平台名称", "名称"),
        "department": (
            "主管单位",
            "主管部门",
            "建设单位",
            "使用单位",
            "所属单位",
            "所属部门",
            "责任单位",
            "责任部门",
            "部门",
            "单位",
        ),
        "code": ("信息资源代码", "资源代码"),
        "note": ("系统简介", "系统功能", "功能", "说明", "备注", "建设情况"),
    },
}
"""Source → field → headers for it; blanks, punctuation and full-width forms are passed over."""

_NEEDED = {"exchange": ("title", "department"), "system": ("system", "department")}
_PARTS = re.compile(r"[\r\n;；、]+")
_NUMBERING = re.compile(r"^\s*(?:[（(]?[0-9]{1,2}[）).、．]|[①-⑳])\s*")


@dataclass(frozen=True, slots=True)
class Listed:
    """One candidate as a list names it; `row` counts from 1, `department` is the name as written."""

    row: int
    title: str
    department: str
    code: str | None
    system_name: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A list as read; `unread` are the headers that nobody knows, `cut` counts the texts that were too long."""

    source: str
    rows: tuple[Listed, ...]
    unread: tuple[str, ...]
    cut: int


def require_source(source: str) -> str:
    """The source if it is one; raises NotFound("candidate_source_unknown")."""
    if source not in VOCABULARIES["candidate_source"]:
        raise NotFound("candidate_source_unknown", source=source[:20])
    return source


def read_list(path: Path, source: str) -> CandidateList:
    """Read an untrusted list (.xlsx, .xls, .ods, .csv, .json) in a child process.

    Raises Invalid("candidate_header_missing") with the headers looked for, and what `catalog.sheet` raises for files
    that cannot be read.
    """
    require_source(source)
    request = {"action": "grids", "path": str(path.resolve()), "max_rows": MAX_ROWS}
    answer = run_limited("catalog.sheet.child", request, limits=SHEET_LIMITS)
    return parse_grids(answer["grids"], source)


def parse_grids(grids: Sequence[Sequence[Sequence[str]]], source: str) -> CandidateList:
    """The rows of the first grid that has the headers of `source`. Pure."""
    for grid in grids:
        found = _find_header(grid, source)
        if found is not None:
            return _parse(grid, *found, source=source)
    needed = "、".join(COLUMNS[source][name][0] for name in _NEEDED[source])
    raise Invalid("candidate_header_missing", headers=needed)


def _find_header(grid: Sequence[Sequence[str]], source: str) -> tuple[int, dict[str, int]] | None:
    for at, texts in enumerate(grid[:HEADER_SEARCH_ROWS]):
        places = {simplify(text): place for place, text in reversed(list(enumerate(texts))) if text.strip()}
        columns: dict[str, int] = {}
        for field, headers in COLUMNS[source].items():
            place = next((places[simplify(header)] for header in headers if simplify(header) in places), None)
            if place is not None and place not in columns.values():
                columns[field] = place
        if all(name in columns for name in _NEEDED[source]):
            return at, columns
    return None


def _parse(grid: Sequence[Sequence[str]], header: int, columns: dict[str, int], *, source: str) -> CandidateList:
    rows: list[Listed] = []
    cut = 0
    for number, texts in enumerate(grid[header + 1 :], start=header + 2):
        cells = {name: texts[at].strip() if at < len(texts) else "" for name, at in columns.items()}
        if not any(cells.values()):
            continue
        for title in _titles(cells, source):
            listed, was_cut = _listed(number, title, cells)
            cut += was_cut
            rows.append(listed)
    known = set(columns.values())
    unread = tuple(text.strip() for at, text in enumerate(grid[header]) if text.strip() and at not in known)
    return CandidateList(source, tuple(_tell_apart(rows)), unread, cut)


def _tell_apart(rows: Sequence[Listed]) -> list[Listed]:
    """Where several systems of a department hold data of one name, the system's name goes before it."""
    systems: dict[tuple[str, str], set[str | None]] = {}
    for row in rows:
        systems.setdefault((row.department, row.title), set()).add(row.system_name)
    return [
        replace(row, title=f"{row.system_name}：{row.title}"[:MAX_TITLE])
        if row.system_name and len(systems[row.department, row.title]) > 1
        else row
        for row in rows
    ]


def _titles(cells: dict[str, str], source: str) -> list[str]:
    """What a row names: one shared item, or each kind of data of a system; a system that names none is one itself."""
    if source == "exchange":
        return [clean_title(cells["title"])]
    named = [clean_title(_NUMBERING.sub("", part)) for part in _PARTS.split(cells.get("title", ""))]
    return list(dict.fromkeys(part for part in named if part)) or [clean_title(cells["system"])]


def _listed(row: int, title: str, cells: dict[str, Any]) -> tuple[Listed, bool]:
    code = clean_title(cells.get("code", ""))
    system = clean_title(cells.get("system", ""))
    notes = [cells.get("share", ""), cells.get("note", "")]
    note = "；".join(text for text in notes if text)
    was_cut = len(title) > MAX_TITLE or len(code) > MAX_CODE or len(system) > MAX_TITLE or len(note) > MAX_NOTE
    listed = Listed(
        row,
        title[:MAX_TITLE],
        cells["department"],
        code[:MAX_CODE] or None,
        system[:MAX_TITLE] or None,
        note[:MAX_NOTE] or None,
    )
    return listed, was_cut
