"""The ledger in the browser: who sees what, what may be done about it, what the office answers, the download."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from sqlalchemy import select

from catalog import deadlines
from catalog.models import Obligation
from catalog.obligation_acts import ask_extension
from tests.portal.workspace import District, plain


def obligation(district: District, name: str, period: str = "2026-07") -> Obligation:
    """The obligation of an entry and a period as it stands."""
    with district.house.database.reading() as session:
        return session.scalars(
            select(Obligation).where(
                Obligation.entry_id == district.stored(name).id, Obligation.period == period
            )
        ).one()


def night(district: District, day: str) -> None:
    """The nightly check of a day, with the clock of the house set to ten in the morning of it."""
    district.house.clock.moment = dt.datetime.fromisoformat(f"{day}T10:00:00+08:00")  # type: ignore[attr-defined]
    with district.house.database.work() as session:
        deadlines.check(session, on=dt.date.fromisoformat(day))


def test_ledger_counts_down_in_working_days(district: District) -> None:
    """Friday 2026-07-10: to Friday 07-31 there are fifteen working days."""
    name = district.entry("published", title="社区名录")
    page = district.people["editor"].text("/desk/ledger")
    assert "社区名录 2026年7月 2026-07-31 待完成 还有 15 个工作日" in page
    assert "社区名录" in district.people["office"].text("/office/ledger?state=open")
    detail = district.people["reviewer"].text(f"/desk/ledger/{obligation(district, name).id}")
    for said in ("确认无变化", "申请延期", "连续最多 3 次", "最多 30 天", "2026-08-01 至 2026-08-30", "宽限至 2026年8月7日"):
        assert said in detail, said
