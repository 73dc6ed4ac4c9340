"""The figures of the half-year report, each with its definition and the records that it counts.

A figure is one WHERE clause over one kind of record: the number is how many rows it finds, the list behind the number
is those rows. So no number can differ from what can be looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from catalog.models import Delivery, Department, Entry, Obligation, Rectification, Revision
from catalog.statistics import OPEN_TYPES
from catalog.timely_rates import RATED_KINDS
from datasets.clock import SHANGHAI
from datasets.models import DataVersion, UsageCount

KINDS = ("entry", "version", "obligation", "department", "rectification", "usage")


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a report covers, both inclusive; `as_of` is its last day, or today while it still runs."""

    key: str
    starts_on: dt.date
    ends_on: dt.date
    as_of: dt.date

    @property
    def first_instant(self) -> dt.datetime:
        """Midnight in Shanghai before the first day."""
        return dt.datetime.combine(self.starts_on, dt.time(), SHANGHAI)

    @property
    def end_instant(self) -> dt.datetime:
        """Midnight in Shanghai after the day up to which facts count."""
        return dt.datetime.combine(self.as_of + dt.timedelta(days=1), dt.time(), SHANGHAI)


Clause = Callable[[Span], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is called, what exactly it counts, of which kind of record."""

    code: str
    zh: str
    en: str
    kind: str
    unit: str
    """Measure word in Chinese; English needs none."""
    clause: Clause
    zh_definition: str
    en_definition: str


def _public_at_end(span: Span) -> ColumnElement[bool]:
    """Public by the end: published by then and not withdrawn by then; a suspended one is stopped, not gone."""
    gone = and_(Entry.withdrawn_at.is_not(None), Entry.withdrawn_at < span.end_instant)
    return and_(Entry.ordinal.is_not(None), Entry.issued_on <= span.as_of, ~gone)


def _open_at_end(span: Span) -> ColumnElement[bool]:
    return and_(_public_at_end(span), Revision.open_type.in_(OPEN_TYPES))


def _issued(span: Span) -> ColumnElement[bool]:
    return and_(Entry.ordinal.is_not(None), Entry.issued_on.between(span.starts_on, span.as_of))


def _withdrawn(span: Span) -> ColumnElement[bool]:
    return and_(Entry.withdrawn_at >= span.first_instant, Entry.withdrawn_at < span.end_instant)


def _versions(span: Span) -> ColumnElement[bool]:
    return and_(DataVersion.published_at >= span.first_instant, DataVersion.published_at < span.end_instant)


def _renewed(span: Span) -> ColumnElement[bool]:
    return and_(_versions(span), DataVersion.number > 1)


def _due(span: Span) -> ColumnElement[bool]:
    """Updates that fell due by the end and whose outcome is known: settled, or overdue at the end."""
    is_rated = and_(Obligation.kind.in_(RATED_KINDS), Obligation.due_on.between(span.starts_on, span.as_of))
    return and_(is_rated, or_(Obligation.state.in_(("on_time", "late", "missed")), _is_overdue(span)))


def _is_overdue(span: Span) -> ColumnElement[bool]:
    return and_(Obligation.state == "open", Obligation.grace_on < span.as_of)


def _outcome(state: str) -> Clause:
    def clause(span: Span) -> ColumnElement[bool]:
        return and_(
            Obligation.kind.in_(RATED_KINDS),
            Obligation.due_on.between(span.starts_on, span.as_of),
            Obligation.state == state,
        )

    return clause


def _overdue(span: Span) -> ColumnElement[bool]:
    is_rated = and_(Obligation.kind.in_(RATED_KINDS), Obligation.due_on.between(span.starts_on, span.as_of))
    return and_(is_rated, _is_overdue(span))


def _nodes(span: Span) -> ColumnElement[bool]:
    counted = Obligation.state.not_in(("void", "excused"))
    return and_(Obligation.kind == "node", Obligation.due_on.between(span.starts_on, span.as_of), counted)


def _nodes_met(span: Span) -> ColumnElement[bool]:
    return and_(_nodes(span), Obligation.state == "on_time")


def _nodes_late(span: Span) -> ColumnElement[bool]:
    return and_(_nodes(span), Obligation.state == "late")


def _nodes_open(span: Span) -> ColumnElement[bool]:
    return and_(_nodes(span), or_(Obligation.state == "missed", _is_overdue(span)))


def _has_public(span: Span) -> ColumnElement[bool]:
    query = select(Entry.id).where(Entry.department_id == Department.id, _public_at_end(span))
    return query.correlate(Department).exists()


def _never_published(span: Span) -> ColumnElement[bool]:
    return and_(Department.is_active, ~_has_public(span))


def _no_update(span: Span) -> ColumnElement[bool]:
    """Departments whose public entries owe updates and that delivered no data in the period: 文件更新次数为零."""
    owes = exists().where(
        Obligation.department_id == Department.id,
        Obligation.kind.in_(RATED_KINDS),
        Obligation.state != "void",
        Obligation.due_on.between(span.starts_on, span.as_of),
    )
    delivered = (
        select(Delivery.id)
        .join(Entry, Entry.id == Delivery.entry_id)
        .where(
            Entry.department_id == Department.id,
            Delivery.kind == "data",
            Delivery.delivered_on.between(span.starts_on, span.as_of),
        )
    )
    return and_(Department.is_active, owes, ~delivered.correlate(Department).exists())


def _rectifications(span: Span) -> ColumnElement[bool]:
    return Rectification.found_on.between(span.starts_on, span.as_of)


def _closed(span: Span) -> ColumnElement[bool]:
    return and_(_rectifications(span), Rectification.closed_on.is_not(None), Rectification.closed_on <= span.as_of)


def _used(kind: str) -> Clause:
    def clause(span: Span) -> ColumnElement[bool]:
        return and_(
            UsageCount.kind == kind,
            UsageCount.day.between(span.starts_on, span.as_of),
            UsageCount.is_bot == false(),
        )

    return clause


_FIGURES = (
    # code, zh, en, kind of record, measure word, clause; definition in zh and en
    Figure(
        "entries", "已公开数据集", "Public datasets", "entry", "个", _public_at_end,
        "期末已公开、未下架的目录条目。",
        "Entries published by the end of the period and not withdrawn.",
    ),
    Figure(
        "entries_open", "开放数据集", "Open datasets", "entry", "个", _open_at_end,
        "期末已公开，且开放类型为无条件开放或有条件开放。",
        "Of these, unconditionally or conditionally open.",
    ),
    Figure(
        "entries_new", "新增数据集", "New datasets", "entry", "个", _issued,
        "期内首次发布的目录条目。",
        "Entries first published in the period.",
    ),
    Figure(
        "entries_withdrawn", "下架数据集", "Withdrawn datasets", "entry", "个", _withdrawn,
        "期内下架的目录条目。",
        "Entries withdrawn in the period.",
    ),
    Figure(
        "versions", "发布数据文件", "Data files published", "version", "份", _versions,
        "期内公开的数据版本，含首个版本。",
        "Data versions that went public in the period, first ones included.",
    ),
    Figure(
        "versions_renewed", "更新数据文件", "Data files renewed", "version", "份", _renewed,
        "期内公开的数据版本中，非首个版本的。",
        "Of these, those that replaced an earlier version.",
    ),
    Figure(
        "updates_due", "应更新", "Updates due", "obligation", "期", _due,
        "期内到期、已有结果或已超期的更新；豁免的不计。",
        "Updates due in the period, settled or overdue; excused ones aside.",
    ),
    Figure(
        "updates_on_time", "按时更新", "On time", "obligation", "期", _outcome("on_time"),
        "在到期日及其后 5 个工作日内完成的。",
        "Done by the due date or within 5 working days after it.",
    ),
    Figure(
        "updates_late", "逾期更新", "Late", "obligation", "期", _outcome("late"),
        "超过宽限期后才完成的。",
        "Done after the days of grace.",
    ),
    Figure(
        "updates_missed", "未更新", "Missed", "obligation", "期", _outcome("missed"),
        "整期没有更新，其后的数据已另计。",
        "Never done; later data counted for a later period.",
    ),
    Figure(
        "updates_overdue", "仍超期", "Still overdue", "obligation", "期", _overdue,
        "宽限期已过，期末仍未完成的。",
        "Not done, and the days of grace are over.",
    ),
    Figure(
        "nodes_due", "到期节点", "Plan nodes due", "obligation", "项", _nodes,
        "期内到期的工作计划节点（部门 × 节点）；豁免的不计。",
        "Nodes of plans due in the period, per department.",
    ),
    Figure(
        "nodes_met", "按期完成节点", "Nodes met", "obligation", "项", _nodes_met,
        "在节点日期当日及以前完成的。",
        "Met on or before the date of the node.",
    ),
    Figure(
        "nodes_late", "逾期完成节点", "Nodes met late", "obligation", "项", _nodes_late,
        "节点日期以后才完成的。",
        "Met after the date of the node.",
    ),
    Figure(
        "nodes_open", "未完成节点", "Nodes not met", "obligation", "项", _nodes_open,
        "节点日期已过，期末仍未完成的。",
        "Past their date and not met.",
    ),
    Figure(
        "departments_silent", "未更新部门", "Departments without an update", "department", "个", _no_update,
        "期内有更新任务，但没有公开过任何新数据的部门。",
        "Departments that owed updates and delivered no data.",
    ),
    Figure(
        "departments_empty", "未公开数据部门", "Departments without data", "department", "个", _never_published,
        "期末没有任何已公开目录的部门。",
        "Active departments with nothing public at the end.",
    ),
    Figure(
        "rectifications", "整改问题", "Findings to mend", "rectification", "项", _rectifications,
        "期内发现并登记整改台账的问题。",
        "Findings entered in the period.",
    ),
    Figure(
        "rectifications_closed", "已整改销号", "Findings closed", "rectification", "项", _closed,
        "其中期末已销号的。",
        "Of these, closed by the end.",
    ),
    Figure(
        "views", "浏览", "Views", "usage", "次", _used("view"),
        "期内公众浏览目录页面的次数，不含程序访问。",
        "Views of dataset pages by people, programs aside.",
    ),
    Figure(
        "downloads", "下载", "Downloads", "usage", "次", _used("download"),
        "期内公众下载数据的次数，不含程序访问。",
        "Downloads by people, programs aside.",
    ),
)  # fmt: skip

FIGURES: Mapping[str, Figure] = {figure.code: figure for figure in _FIGURES}
