"""What the half-year report says, as sentences and tables in Chinese; the layout belongs to the templates.

The report is an official document of the district (工作情况汇报), so it is written in Chinese only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalog.reports.measuring import DepartmentLine, HalfYear, Measured, NodeLine, Shortcoming

CHART_LINES = 12
"""Departments in the chart: those with the most public datasets."""
MANIFOLD = 10
"""From so many times the year before on, a growth in per cent says nothing."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row of the table of departments, as text."""

    name: str
    entries: str
    entries_new: str
    renewed: str
    due: str
    on_time: str
    late: str
    undone: str
    rate: str
    nodes: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One row of the annex: the figure, last year's, its definition, and where its records are listed."""

    number: str
    name: str
    value: str
    before: str
    change: str
    definition: str
    address: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class ReportText:
    """All that a template can place."""

    title: str
    operator: str
    made_on: str
    period: str
    is_running: bool
    overview: list[str]
    nodes: list[str]
    problems: list[str]
    ahead: list[str]
    lines: list[ReportLine]
    figures: list[FigureLine]
    chart_title: str
    bars: list[Bar]
    note: str

    def as_context(self) -> dict[str, Any]:
        """The fields as plain values, for a template."""
        return asdict(self)


def write_report(
    facts: HalfYear, *, region: str, operator: str, made_on: dt.date, address_of: Callable[[str], str]
) -> ReportText:
    """The text of one half-year; `address_of` gives the page that lists the records behind a figure."""
    span = facts.span
    half = "上半年" if span.key.endswith("1") else "下半年"
    period = f"{span.starts_on.year}年{half}"
    is_running = span.as_of < span.ends_on
    return ReportText(
        title=f"{region}{period}公共数据开放工作情况汇报",
        operator=operator,
        made_on=_day(made_on),
        period=f"{_day(span.starts_on)}至{_day(span.as_of)}",
        is_running=is_running,
        overview=_overview(facts),
        nodes=_nodes(facts.nodes),
        problems=_problems(facts),
        ahead=_ahead(facts),
        lines=[_line(line) for line in facts.lines],
        figures=[
            _figure(number, measured, address_of) for number, measured in enumerate(facts.figures.values(), start=1)
        ],
        chart_title=f"各部门已公开数据集数量（截至{_day(span.as_of)}，前{CHART_LINES}位）",
        bars=_bars(facts.lines),
        note=_note(facts, is_running=is_running),
    )


def _overview(facts: HalfYear) -> list[str]:
    value = {code: measured.value for code, measured in facts.figures.items()}
    covered, empty = len(facts.domains_covered), len(facts.domains_empty)
    lines = [
        f"截至{_day(facts.span.as_of)}，全区已公开数据集{value['entries']}个，{_growth(facts.figures['entries'])}；"
        f"其中开放数据集{value['entries_open']}个，开放率{_share(facts.open_rate)}。"
        f"数据集覆盖{covered + empty}个数据领域中的"
        f"{covered}个。",
        f"期内新增数据集{value['entries_new']}个，{_growth(facts.figures['entries_new'])}；下架{value['entries_withdrawn']}个；"
        f"公开数据文件{value['versions']}份，其中更新{value['versions_renewed']}份。",
    ]
    if value["updates_due"]:
        lines.append(
            f"期内应更新{value['updates_due']}期，按时完成{value['updates_on_time']}期，及时更新率"
            f"{_share(value['updates_on_time'] / value['updates_due'])}；逾期完成{value['updates_late']}期，"
            f"未更新{value['updates_missed']}期，仍超期{value['updates_overdue']}期。{_honesty(facts)}"
        )
    else:
        lines.append("期内没有到期的更新。")
    lines.append(
        f"公众浏览{value['views']}次，{_growth(facts.figures['views'])}；下载{value['downloads']}次，"
        f"{_growth(facts.figures['downloads'])}。"
    )
    return lines


def _honesty(facts: HalfYear) -> str:
    shares = facts.shares
    return (
        f"同时，更新周期为“不定期”的占{_share(shares.irregular_share)}，“不更新”的占{_share(shares.static_share)}，"
        f"按时完成中以“确认无变化”完成的占{_share(shares.unchanged_share)}。"
    )


def _nodes(nodes: Sequence[NodeLine]) -> list[str]:
    if not nodes:
        return ["期内没有到期的工作计划节点。"]
    lines = []
    for node in nodes:
        late = f"，逾期完成{node.late}个" if node.late else ""
        undone = f"；尚未完成的有{_names(node.open_names)}" if node.open_names else ""
        lines.append(
            f"“{node.label}”（{_day(node.due_on)}前）：应完成部门{node.due}个，按期完成{node.met}个{late}{undone}。"
        )
    return lines


def _problems(facts: HalfYear) -> list[str]:
    lines = []
    if facts.silent:
        lines.append(f"{_names(facts.silent)}期内有更新任务，但文件更新次数为零。")
    if facts.empty:
        lines.append(f"{_names(facts.empty)}尚未公开任何数据集。")
    lines += [_shortcoming(one) for one in facts.shortcomings]
    if facts.domains_empty:
        lines.append(f"尚无数据集的数据领域有{len(facts.domains_empty)}个：{'、'.join(facts.domains_empty)}。")
    return lines or ["未发现未更新、超期或未完成整改的情况。"]


def _shortcoming(one: Shortcoming) -> str:
    if one.code == "rectification":
        return f"{one.name}有{one.count}项整改问题逾期未销号。"
    titles = "、".join(f"《{title}》" for title in one.titles)
    more = "等" if one.count > len(one.titles) else ""
    return f"{one.name}有{one.count}期更新超期未完成，涉及{titles}{more}。"


def _ahead(facts: HalfYear) -> list[str]:
    lines = [
        f"按工作计划，{_day(node.due_on)}前完成“{node.label}”，涉及部门{node.due}个。" for node in facts.next_nodes
    ]
    if facts.figures["updates_overdue"].value:
        lines.append(f"督促有关部门补齐仍超期的{facts.figures['updates_overdue'].value}期更新。")
    if facts.empty:
        lines.append(f"指导{_names(facts.empty)}编制目录、公开首批数据。")
    return lines or ["继续按更新周期做好数据更新。"]


def _line(line: DepartmentLine) -> ReportLine:
    values = line.values
    return ReportLine(
        name=line.short_name,
        entries=str(values["entries"]),
        entries_new=str(values["entries_new"]),
        renewed=str(values["versions_renewed"]),
        due=str(values["updates_due"]),
        on_time=str(values["updates_on_time"]),
        late=str(values["updates_late"]),
        undone=str(values["updates_missed"] + values["updates_overdue"]),
        rate=_share(line.timely_rate),
        nodes=f"{values['nodes_met']}/{values['nodes_due']}" if values["nodes_due"] else "—",
    )


def _figure(number: int, measured: Measured, address_of: Callable[[str], str]) -> FigureLine:
    figure = measured.figure
    return FigureLine(
        number=str(number),
        name=figure.zh,
        value=f"{measured.value}{figure.unit}",
        before=f"{measured.before}{figure.unit}",
        change=_change(measured),
        definition=figure.zh_definition,
        address=address_of(figure.code),
    )


def _bars(lines: Sequence[DepartmentLine]) -> list[Bar]:
    ranked = sorted(lines, key=lambda line: -line.values["entries"])
    return [Bar(line.short_name, line.values["entries"]) for line in ranked[:CHART_LINES] if line.values["entries"]]


def _note(facts: HalfYear, *, is_running: bool) -> str:
    running = f"本期尚未结束，数据截至{_day(facts.span.as_of)}。" if is_running else ""
    before = f"{_day(facts.before.starts_on)}至{_day(facts.before.as_of)}"
    return f"{running}本汇报各项数字由系统按记录统计，口径与明细地址见附表；“同比”为与{before}比较。"


def _growth(measured: Measured) -> str:
    """同比增加 3 个（增长 25%）; a share of nothing is no growth."""
    difference = measured.value - measured.before
    if difference == 0:
        return "与上年同期持平"
    word = "增加" if difference > 0 else "减少"
    rate = (
        f"（{'增长' if difference > 0 else '下降'}{_share(abs(measured.growth))}）"
        if measured.growth is not None
        else ""
    )
    return f"同比{word}{abs(difference)}{measured.figure.unit}{rate}"


def _change(measured: Measured) -> str:
    if measured.growth is None or measured.growth >= MANIFOLD:
        return f"+{measured.value - measured.before}" if measured.value else "—"
    return f"{measured.growth:+.1%}"


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _names(names: Sequence[str]) -> str:
    return "、".join(names)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
