"""The office's ledger over all departments, its download, and the requests that wait for an answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.departments import DepartmentFacts
from catalog.field_values import clean_text
from catalog.obligation_facts import ActFacts, RequestPage, RequestRow
from catalog.obligation_lists import EXPORT_ROWS, LedgerCounts, LedgerFilter, LedgerPage, LedgerRow
from catalog.periods import format_period
from catalog.timely_rates import TimelyShares
from catalog.vocabularies import VOCABULARIES
from datasets.clock import day_of
from datasets.formats.guard import guard_cell
from portal.pages.desk_ledger import LedgerLine, RateView, act_text, make_line, make_lines, make_rate
from portal.pages.desk_texts import in_words
from portal.pages.office_review import LONG_WAIT_DAYS

STATES: tuple[tuple[str, str, str], ...] = (
    # state asked for, zh, en
    ("open", "待完成", "To do"),
    ("overdue", "超期", "Overdue"),
    ("on_time", "按时", "On time"),
    ("late", "逾期", "Late"),
    ("missed", "未更新", "Missed"),
    ("excused", "已豁免", "Excused"),
    ("all", "全部", "All"),
)

DEFAULT_STATE = "overdue"
KINDS = ("update", "freshness", "node", "rectification")

_COLUMNS: tuple[tuple[str, str, str], ...] = (
    # attribute of LedgerRow or of `_cells`, header in zh and en
    ("department", "部门", "Department"),
    ("kind", "事项", "Obligation"),
    ("title", "名称", "Title"),
    ("period", "期间", "Period"),
    ("starts_on", "起始日", "Begins"),
    ("due_on", "到期日", "Due"),
    ("first_due_on", "原到期日", "First due"),
    ("grace_on", "宽限至", "Grace until"),
    ("state", "状态", "State"),
    ("settled_on", "完成日期", "Settled on"),
    ("settled_by", "完成依据", "Settled by"),
    ("late_workdays", "逾期工作日", "Working days late"),
    ("reason", "说明", "Reason"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as typed; what is not understood is passed over."""

    state: str = DEFAULT_STATE
    department: str = ""
    kind: str = ""
    period: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def filter(self, departments: Iterable[DepartmentFacts]) -> LedgerFilter:
        """As the domain takes it; an unknown department finds nothing rather than everything."""
        chosen = next((one.id for one in departments if one.slug == self.department), None)
        return LedgerFilter(
            state=self.state,
            department_id=chosen or (uuid.UUID(int=0) if self.department else None),
            kind=self.kind or None,
            period=self.period or None,
            since=self.since,
            until=self.until,
        )

    @property
    def as_query(self) -> dict[str, str | None]:
        """As parameters of an address."""
        return {
            "state": self.state,
            "department": self.department or None,
            "kind": self.kind or None,
            "period": self.period or None,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether more than a state was chosen."""
        return bool(self.department or self.kind or self.period or self.since or self.until)


@dataclass(frozen=True, slots=True)
class OfficeLedger:
    """A page of the office's ledger."""

    asked: Asked
    states: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    lines: tuple[LedgerLine, ...]
    next: str | None
    counts: LedgerCounts
    rate: RateView
    export_rows: int = EXPORT_ROWS
    """Rows of one download at most."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request that waits, or was decided, with its obligation."""

    facts: ActFacts
    line: LedgerLine
    what: str
    is_moot: bool
    """Nothing is left to grant: it is only closed."""
    days: int
    """Calendar days since it was asked."""
    is_long: bool
    error: str
    answer: str
    """What was typed in a refused try."""


@dataclass(frozen=True, slots=True)
class RequestsView:
    """What waits for the office, and what was decided last."""

    lines: tuple[RequestLine, ...]
    next: str | None
    decided: tuple[RequestLine, ...]
    refused: str


@dataclass(frozen=True, slots=True)
class TriedAnswer:
    """An answer that was refused: to which request, what had been typed, and why."""

    act_id: uuid.UUID
    answer: str
    text: str
    is_answer: bool
    """The fault lies in the answer itself, so it is said beside that field."""


def parse_asked(args: Mapping[str, str]) -> Asked:
    """What the address asks for; unknown words are passed over."""
    state, kind = args.get("state", ""), args.get("kind", "")
    return Asked(
        state=state if state in {key for key, _zh, _en in STATES} else DEFAULT_STATE,
        department=clean_text(args.get("department", ""))[:80],
        kind=kind if kind in KINDS else "",
        period=clean_text(args.get("period", ""))[:40],
        since=parse_day(args.get("since")),
        until=parse_day(args.get("until")),
    )


def parse_day(text: str | None) -> dt.date | None:
    """A day from an address or form, None for anything else."""
    try:
        return dt.date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def make_office_ledger(
    found: LedgerPage,
    counts: LedgerCounts,
    shares: TimelyShares,
    asked: Asked,
    *,
    span: tuple[dt.date, dt.date],
    departments: Iterable[DepartmentFacts],
    today: dt.date,
    language: str,
) -> OfficeLedger:
    """The office's ledger; `span` are the due dates that the rate covers."""
    words = (f"{span[0]} 至 {span[1]} 到期的更新", f"Updates due from {span[0]} to {span[1]}")
    return OfficeLedger(
        asked=asked,
        states=tuple((key, in_words((zh, en), language)) for key, zh, en in STATES),
        kinds=tuple((kind, VOCABULARIES["obligation_kind"].label(kind, language)) for kind in KINDS),
        departments=tuple((one.slug, one.short_name or one.name) for one in departments),
        lines=make_lines(found.rows, today=today, language=language),
        next=found.next,
        counts=counts,
        rate=make_rate(shares, span=in_words(words, language), language=language),
    )


def make_requests(
    found: RequestPage,
    decided: Iterable[RequestRow],
    *,
    now: dt.datetime,
    language: str,
    tried: TriedAnswer | None = None,
) -> RequestsView:
    """Requests oldest first, and the last decisions."""
    return RequestsView(
        lines=tuple(_request(one, now, language, tried) for one in found.rows),
        next=found.next,
        decided=tuple(_request(one, now, language, None) for one in decided),
        refused=tried.text if tried and not tried.is_answer else "",
    )


def write_csv(rows: Iterable[LedgerRow], *, language: str) -> Iterator[bytes]:
    """The list as UTF-8 with BOM, so that Excel reads it; no cell runs as a formula. Yields lines."""
    is_english = language == "en"
    yield "\ufeff".encode()
    yield _csv_line([en if is_english else zh for _, zh, en in _COLUMNS])
    for row in rows:
        cells = _cells(row, language)
        yield _csv_line([guard_cell(cells[name]) for name, _zh, _en in _COLUMNS])


def _cells(row: LedgerRow, language: str) -> dict[str, str]:
    def label(vocabulary: str, code: str | None) -> str:
        return VOCABULARIES[vocabulary].label(code, language) if code else ""

    values = {name: getattr(row, name, None) for name, _zh, _en in _COLUMNS}
    values |= {
        "department": row.department_short_name,
        "kind": label("obligation_kind", row.kind),
        "period": format_period(row.period, language),
        "state": label("obligation_state", "overdue" if row.is_overdue else row.state),
        "settled_by": label("settled_by", row.settled_by),
        "reason": row.reason if row.state == "excused" else "",
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _request(one: RequestRow, now: dt.datetime, language: str, tried: TriedAnswer | None) -> RequestLine:
    days = (day_of(now) - day_of(one.act.at)).days
    mine = tried if tried and tried.act_id == one.act.id else None
    return RequestLine(
        facts=one.act,
        line=make_line(one.row, today=day_of(now), language=language),
        what=act_text(one.act, language),
        is_moot=one.is_moot,
        days=days,
        is_long=days > LONG_WAIT_DAYS,
        error=mine.text if mine and mine.is_answer else "",
        answer=mine.answer if mine else "",
    )
