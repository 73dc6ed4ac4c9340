"""The department's own workbook back, with every finding at its cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from catalog.sheet.reading import CellProblem
from datasets.sandbox import Limits, run_limited

MARK_LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=120, wall_seconds=240, file_bytes=1 << 28)
"""Styles and comments of 10,000 cells take 8 s of computing."""

WORDS: dict[str, str] = {
    "title": "问题清单",
    "note": (
        "点单元格编号可跳到该处。红色：须改正才能导入；橙色：可先导入为草稿，提交前须补齐；黄色：请核对。"
        "改好后直接再次上传本文件即可。"
    ),
    "cell": "单元格",
    "column": "列",
    "kind": "类别",
    "text": "问题与改法",
    "error": "须改正",
    "gap": "提交前须补",
    "warning": "请核对",
}
"""Texts of the list of problems; the sheet and its users are Chinese."""


def mark_workbook(
    path: Path,
    target: Path,
    problems: Sequence[CellProblem],
    *,
    describe: Callable[[CellProblem], str],
    limits: Limits | None = None,
) -> int:
    """Write the sheet at `path` to `target` (.xlsx) with red, orange and yellow cells, comments and a list.

    `describe` gives the sentence for a finding. Returns how many cells were coloured. The file is untrusted and
    opened in a child process; raises what `read_sheet` raises.
    """
    marks = [[problem.cell, problem.kind, problem.label(), describe(problem)] for problem in problems]
    request = {
        "action": "mark",
        "path": str(path.resolve()),
        "target": str(target.resolve()),
        "marks": marks,
        "legend": WORDS,
    }
    return int(run_limited("catalog.sheet.child", request, limits=limits or MARK_LIMITS)["marked"])
