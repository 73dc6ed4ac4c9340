"""INDICATORS: what is measured, how a score comes out of the figure, and where the figure's records are.

One row is one indicator on every page, in the workbook, in the weights and in the frozen cards. Weights and targets
are the defaults until the office sets others (`catalog.scorecards.weights`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from catalog.scorecards.entry_measures import (
    API_SHARE,
    BLANK_RATE,
    COMPLETENESS,
    MACHINE_READABLE_SHARE,
    OPEN_RATE,
    PERSONAL_DATA,
    SIZE,
    VALID,
    EntryMeasure,
)

Unit = Literal["share", "mean", "count"]


@dataclass(frozen=True, slots=True)
class Obligations:
    """The figure is the share of obligations of these kinds, due in the period, that were kept on time."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figure is the number of domains in which something is public."""


@dataclass(frozen=True, slots=True)
class Duties:
    """The figure is what was done of the counted duties that fell due by the end of the period."""


Source = EntryMeasure | Obligations | Coverage | Duties


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. Its figure is numerator / denominator, or the numerator alone for the unit `count`.

    unit: share 0 to 1; mean a number per record; count a number. `is_less_better`: the target is the most that is
    still worth full points. `weight`: points of a full score out of the sum of all weights. `target`: the figure from
    which on the score is full. Without denominator the indicator does not apply (不适用).
    """

    code: str
    zh: str
    en: str
    short_zh: str
    short_en: str
    definition_zh: str
    definition_en: str
    unit: Unit
    weight: float
    target: float
    source: Source
    is_less_better: bool = False

    def figure(self, numerator: float, denominator: float) -> float | None:
        """The figure; None where the indicator does not apply."""
        if not denominator:
            return None
        return numerator if self.unit == "count" else numerator / denominator

    def score(self, numerator: float, denominator: float, target: float) -> float | None:
        """0 to 1, in proportion to the target; None where the indicator does not apply.

        Where more is better figure / target, at most 1. Where less is better target / figure once the figure exceeds
        the target: twice as much as allowed is worth half, and any at all nothing if none is allowed.
        """
        figure = self.figure(numerator, denominator)
        if figure is None:
            return None
        if self.is_less_better:
            return 1.0 if figure <= target else target / figure
        return 1.0 if figure >= target else figure / target


_ROWS = (
    Indicator(
        "timely",
        "及时更新率",
        "Updates on time",
        "及时更新",
        "On time",
        "本期到期的数据更新（含每日更新率）中按时完成的比例。期末后 5 个工作日内仍算按时；"
        "逾期、未更新、超期的均计入分母，已豁免的不计。",
        "Share of the data updates due in the period (monthly freshness included) that came on time. Five working days "
        "after the end of a cycle still count; late, missed and overdue ones are in the denominator, excused ones are "
        "left out.",
        "share",
        30,
        1.0,
        Obligations(("update", "freshness")),
    ),
    Indicator(
        "nodes",
        "计划节点按时完成率",
        "Plan nodes met",
        "计划节点",
        "Nodes",
        "本期到期的工作计划节点中，在规定日期当天或之前完成的比例。节点日期固定，没有宽限。",
        "Share of the plan nodes due in the period that were met on or before their fixed date; there is no grace.",
        "share",
        15,
        1.0,
        Obligations(("node",)),
    ),
    Indicator(
        "valid",
        "有效数据集比例",
        "Valid datasets",
        "有效数据",
        "Valid",
        "已公开且承诺开放的条目（无条件开放，或已挂接资源的有条件开放）中，既不是空的（有数据行、接口或链接）、也不重复的比例。"
        "与本部门更早条目同名，或文件内容与全区更早条目相同，为重复。",
        "Share of the public entries that promise data (unconditionally open, or conditionally with a resource) which "
        "are neither empty (they have rows, an interface or a link) nor copies: same title as an earlier entry of the "
        "department, or the same content as an earlier file of the district.",
        "share",
        10,
        1.0,
        VALID,
    ),
    Indicator(
        "machine_readable",
        "机器可读比例",
        "Machine-readable",
        "机器可读",
        "Readable",
        "有资源的公开条目中，至少有一个接口，或一个 CSV、Excel、JSON、XML 等机器可读文件的比例；"
        "仅有链接的条目按其登记的格式计，PDF、DOC 和图片不算。",
        "Share of the public entries with resources that have an interface or a file in CSV, Excel, JSON, XML or "
        "another structured format. An entry with links only counts by its declared format; PDF, DOC and pictures do "
        "not count.",
        "share",
        5,
        0.95,
        MACHINE_READABLE_SHARE,
    ),
    Indicator(
        "api_share",
        "接口提供比例",
        "Served by an API",
        "接口提供",
        "API",
        "公开的开放条目中可以通过接口取用的比例：部门挂接了接口，或上传了有数据行的文件（本平台对这类文件一律提供逐行查询接口，"
        "所以也计入；记录中注明属于哪一种）。",
        "Share of the open public entries that can be used through an interface: one that the department attached, or "
        "a file with rows (the portal itself serves all of these by its row API, so they count; the records say which "
        "it is).",
        "share",
        5,
        0.30,
        API_SHARE,
    ),
    Indicator(
        "completeness",
        "元数据完整度",
        "Metadata completeness",
        "元数据",
        "Metadata",
        "公开条目元数据完整度的平均值：必填项、计入完整度的选填项、联系方式、信息项，有一项算一项。",
        "Mean completeness of the metadata of the public entries: required fields, optional fields that count, a "
        "contact, data items.",
        "share",
        8,
        0.95,
        COMPLETENESS,
    ),
    Indicator(
        "coverage",
        "领域覆盖",
        "Domains covered",
        "领域覆盖",
        "Domains",
        "公开条目涉及的主题领域个数，全部 22 个领域。部门职责所限，一个部门达到目标个数即得满分；全区合计看 x/22。",
        "Number of the 22 domains in which entries are public. A department's field is limited, so that reaching the "
        "target is worth full points; the district as a whole is read as x of 22.",
        "count",
        2,
        2,
        Coverage(),
    ),
    Indicator(
        "size",
        "平均数据量",
        "Mean size",
        "平均行数",
        "Rows",
        "有数据文件的公开条目，平均每个条目的数据行数。",
        "Rows per public entry that has data files.",
        "mean",
        3,
        500,
        SIZE,
    ),
    Indicator(
        "blank_rate",
        "空值率",
        "Blank cells",
        "空值率",
        "Blanks",
        "公开数据文件中空单元格占全部单元格的比例，越低越好。",
        "Share of blank cells among all cells of the public files; less is better.",
        "share",
        5,
        0.05,
        BLANK_RATE,
        is_less_better=True,
    ),
    Indicator(
        "personal_data",
        "含个人信息的文件比例",
        "Files with personal data",
        "个人信息",
        "Personal",
        "公开数据文件中，扫描发现身份证号、手机号、银行卡号或护照号，凭法定依据放行的比例，越低越好。没有依据的不会公开。",
        "Share of the public files in which the scan found identity, mobile, bank card or passport numbers and which "
        "were released on a recorded legal basis; without one they are not published. Less is better.",
        "share",
        5,
        0.01,
        PERSONAL_DATA,
        is_less_better=True,
    ),
    Indicator(
        "open_rate",
        "开放率",
        "Open rate",
        "开放率",
        "Open",
        "登记公开的条目中，无条件或有条件开放的比例（其余为不予开放）。",
        "Share of the published entries that are open, unconditionally or conditionally; the others stay closed.",
        "share",
        4,
        0.20,
        OPEN_RATE,
    ),
    Indicator(
        "duty",
        "计次任务完成率",
        "Counted duties",
        "计次任务",
        "Duties",
        "政策解读、调查、培训等计次任务：自年初至期末完成的次数与同期应完成次数之比，单项超额不抵其他项。上半年应完成的次数按全年目标"
        "折半，取整数部分。",
        "Counted duties such as policy readings, surveys and training: done since 1 January of what falls due by the "
        "end of the period; doing one more often makes up for no other. By the end of June half of the year's target "
        "is due, rounded down.",
        "share",
        5,
        1.0,
        Duties(),
    ),
    Indicator(
        "rectification",
        "整改按期完成率",
        "Corrections in time",
        "问题整改",
        "Corrections",
        "本期到期的整改事项中，在期限当天或之前办结的比例。",
        "Share of the corrections due in the period that were closed on or before their date.",
        "share",
        3,
        1.0,
        Obligations(("rectification",)),
    ),
)

INDICATORS: Mapping[str, Indicator] = {row.code: row for row in _ROWS}

HEADLINE = ("timely", "nodes", "valid", "completeness", "api_share")
"""The indicators that the ranking shows beside the score."""
