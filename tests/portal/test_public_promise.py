"""Promise panel, history, badge and the list of overdue data, as citizens and programs see them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from catalog.feeds.records import FeedRecord
from catalog.models import CurrentRecord, Delivery, Obligation
from portal.badge import COLOURS, LABEL_COLOUR, draw_badge
from portal.house import House
from tests.catalog.records import publish, withdraw
from tests.portal.pages import Page
from tests.portal.public_data import publish_bare

pytestmark = pytest.mark.usefixtures("quick_house")

DAY = dt.date.fromisoformat
INTERNAL = "因机房搬迁，内部请示第 7 号"
PERIODS = (
    # period, due, grace, state, settled on, settled by, working days late
    ("2026-02", "2026-02-28", "2026-03-06", "on_time", "2026-02-27", "data", None),
    ("2026-03", "2026-03-31", "2026-04-08", "late", "2026-04-10", "data", 7),
    ("2026-04", "2026-04-30", "2026-05-12", "excused", None, "excuse", None),
    ("2026-05", "2026-05-31", "2026-06-05", "on_time", "2026-06-02", "unchanged", None),
    ("2026-06", "2026-06-30", "2026-07-07", "open", None, None, None),
    ("2026-07", "2026-07-31", "2026-08-07", "open", None, None, None),
)
"""Of a monthly entry on Friday 2026-07-10: June is overdue, July is running."""


def promised(house: House, title: str = "社区名单", *, ordinal: int = 1, **facts: object) -> FeedRecord:
    """A published entry with these periods; its June is overdue."""
    made = publish_bare(house, title, ordinal=ordinal, domain="living", **facts)
    with house.database.work() as session:
        current = session.get_one(CurrentRecord, made.uuid)
        current.next_due_on, current.overdue_after_on = DAY("2026-06-30"), DAY("2026-07-07")
        current.stale_after_on = DAY("2026-08-07")
        for period, due, grace, state, settled, how, late in PERIODS:
            session.add(
                Obligation(
                    subject_id=made.uuid, entry_id=made.uuid, department_id=current.department_id, kind="update",
                    period=period, starts_on=DAY(due).replace(day=1), due_on=DAY(due), grace_on=DAY(grace),
                    state=state, settled_on=DAY(settled) if settled else None, settled_by=how, late_workdays=late,
                    reason=INTERNAL if state == "excused" else None, created_at=house.now(),
                )
            )  # fmt: skip
        session.add(
            Delivery(
                entry_id=made.uuid, delivered_on=DAY("2026-06-02"), kind="unchanged", at=house.now(), reason=INTERNAL
            )
        )
    return made


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_page_says_what_is_promised_and_what_was_kept(client: FlaskClient, house: House) -> None:
    made = promised(house)
    source = client.get(f"/dataset/{made.name}").text
    text = Page(source).text
    assert "已超期 8 个工作日" in text
    assert "过去 4 期中 2 期按时" in text
    assert "另有 1 期已豁免" in text
    assert "2026-06-02：数据无变化" in text
    squares = re.findall(r'<svg class="period (\w+)"[^>]*><title>([^<]+)</title>', source)
    assert squares == [
        ("on_time", "2026年2月：按时"),
        ("late", "2026年3月：逾期 7 个工作日"),
        ("excused", "2026年4月：已豁免"),
        ("on_time", "2026年5月：按时"),
        ("overdue", "2026年6月：超期 8 个工作日，尚未更新"),
    ]
    english = Page(client.get(f"/en/dataset/{made.name}").text).text
    assert "2 of the last 4 updates on time" in english
    assert f"/dataset/{made.name}/updates" in source


def test_a_coming_update_is_counted_down(client: FlaskClient, house: House) -> None:
    made = promised(house)
    with house.database.work() as session:
        june = session.scalars(select(Obligation).where(Obligation.period == "2026-06")).one()
        june.state, june.settled_on, june.settled_by = "on_time", DAY("2026-07-06"), "data"
        current = session.get_one(CurrentRecord, made.uuid)
        current.next_due_on, current.overdue_after_on = DAY("2026-07-31"), DAY("2026-08-07")
    text = Page(client.get(f"/dataset/{made.name}").text).text
    assert "2026-07-31" in text
    assert "还有 21 天" in text


def test_a_provisional_day_is_explained_in_words(client: FlaskClient, house: House) -> None:
    made = promised(house)
    with house.database.work() as session:
        for row in session.scalars(select(Obligation).where(Obligation.period == "2026-06")):
            row.is_provisional = True
    for path in (f"/dataset/{made.name}", f"/dataset/{made.name}/updates"):
        assert "放假安排尚未公布" in client.get(path).text


def test_no_internal_reason_is_public(client: FlaskClient, house: House) -> None:
    made = promised(house)
    paths = ("", "/updates", "/updates.csv", "/badge.svg", "/feed.atom")
    for path in (*(f"/dataset/{made.name}{one}" for one in paths), f"/api/v1/entries/{made.name}/obligations"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert INTERNAL not in answer.text, path


def test_the_history_shows_every_period_with_its_outcome(client: FlaskClient, house: House) -> None:
    made = promised(house)
    page = Page(client.get(f"/dataset/{made.name}/updates").text)
    for words in ("2026年7月", "待更新", "2026年4月", "已豁免", "核对：数据无变化", "更新数据", "2026-04-10"):
        assert words in page.text
    rows = rows_of(client.get(f"/dataset/{made.name}/updates.csv").text)
    assert [row["期次"] for row in rows][:2] == ["2026年7月", "2026年6月"]
    assert [row["履约情况"] for row in rows] == ["待完成", "超期", "按时", "已豁免", "逾期", "按时"]
    assert rows[4]["逾期工作日"] == "7"
    assert rows_of(client.get(f"/en/dataset/{made.name}/updates.csv").text)[3]["Outcome"] == "Excused"


def test_history_of_an_entry_without_a_cycle_says_so(client: FlaskClient, house: House) -> None:
    made = publish_bare(house, "历史档案", update_cycle="static")
    assert "没有要记录的更新" in client.get(f"/dataset/{made.name}/updates").text


@pytest.mark.parametrize("path", ["updates", "updates.csv", "badge.svg"])
def test_a_withdrawn_entry_is_gone_everywhere(client: FlaskClient, house: House, path: str) -> None:
    made = promised(house)
    with house.database.work() as session:
        withdraw(session, made)
    assert client.get(f"/dataset/{made.name}/{path}").status_code == 410
    assert client.get(f"/dataset/never-was/{path}").status_code == 404


def test_the_badge_says_how_the_entry_stands_and_is_cached(client: FlaskClient, house: House) -> None:
    made = promised(house)
    answer = client.get(f"/dataset/{made.name}/badge.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age" in answer.headers["Cache-Control"]
    again = client.get(f"/dataset/{made.name}/badge.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    svg = ElementTree.fromstring(answer.text)
    assert svg.findtext("{http://www.w3.org/2000/svg}title") == "社区名单：数据更新超期"
    assert "overdue" in client.get(f"/en/dataset/{made.name}/badge.svg").text


@pytest.mark.parametrize(
    ("due", "grace", "stale", "value"),
    [
        ("2026-07-31", "2026-08-07", "2026-09-07", "正常"),
        ("2026-07-15", "2026-07-22", "2026-09-07", "即将到期"),
        ("2026-06-30", "2026-07-07", "2026-08-07", "超期"),
        ("2026-04-30", "2026-05-12", "2026-06-05", "长期未更新"),
        (None, None, None, "每月"),
    ],
)
def test_each_state_has_its_badge(
    client: FlaskClient, house: House, due: str | None, grace: str | None, stale: str | None, value: str
) -> None:
    made = publish_bare(house, "社区名单")
    with house.database.work() as session:
        current = session.get_one(CurrentRecord, made.uuid)
        current.next_due_on = DAY(due) if due else None
        current.overdue_after_on = DAY(grace) if grace else None
        current.stale_after_on = DAY(stale) if stale else None
    assert f">{value}</text>" in client.get(f"/dataset/{made.name}/badge.svg").text


def test_badge_text_fits_escapes_and_can_be_read() -> None:
    hostile = draw_badge("数据更新", "<script>&\"'", tone="bad", title="</title><script>")
    ElementTree.fromstring(hostile)
    assert "<script>" not in hostile
    wide = ElementTree.fromstring(draw_badge("数据更新", "长期未更新", tone="bad", title="x"))
    assert int(wide.get("width", "0")) == 4 * 12 + 5 * 12 + 4 * 7
    for colour in (*COLOURS.values(), LABEL_COLOUR):
        assert contrast_with_white(colour) >= 4.5


def contrast_with_white(colour: str) -> float:
    """WCAG contrast of white text on `colour`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_the_page_offers_the_badge_to_copy(client: FlaskClient, house: House) -> None:
    made = promised(house, title="名单[一]<b>")
    text = Page(client.get(f"/dataset/{made.name}").text).text
    base = house.settings.base_url
    assert f'<img src="{base}/dataset/{made.name}/badge.svg"' in text
    assert f"[![名单一<b>：数据更新]({base}/dataset/{made.name}/badge.svg)]({base}/dataset/{made.name})" in text


def test_overdue_data_is_public_by_department_and_as_csv(client: FlaskClient, house: House) -> None:
    made = promised(house)
    publish_bare(house, "历史档案", ordinal=2, update_cycle="static")
    text = Page(client.get("/overdue").text).text
    for words in ("超期数据公示", "社区名单", "黄石港区民政局", "10 天", "8 个工作日", "5 个工作日内更新仍算按时"):
        assert words in text
    assert "历史档案" not in text
    (row,) = rows_of(client.get("/overdue.csv?department=minzhengju").text)
    assert (row["数据集"], row["超期天数"], row["超期工作日"]) == ("社区名单", "10", "8")
    assert row["网址"] == f"{house.settings.base_url}/dataset/{made.name}"
    assert client.get("/overdue?department=never-was").status_code == 404
    for page in ("/statistics", "/sitemap", "/"):
        assert 'href="/overdue"' in client.get(page).text


def test_without_overdue_data_the_list_says_so(client: FlaskClient) -> None:
    assert "没有超期的数据" in client.get("/overdue").text
    assert "No overdue data" in client.get("/en/overdue").text


def test_an_update_takes_the_entry_off_the_list_at_once(client: FlaskClient, house: House) -> None:
    made = promised(house)
    assert "社区名单" in client.get("/overdue").text
    with house.database.work() as session:
        publish(session, made, "updated")
        session.get_one(CurrentRecord, made.uuid).next_due_on = DAY("2026-07-31")
        session.get_one(CurrentRecord, made.uuid).overdue_after_on = DAY("2026-08-07")
    assert "没有超期的数据" in client.get("/overdue").text
    assert ">正常</text>" in client.get(f"/dataset/{made.name}/badge.svg").text


def test_rates_never_stand_alone(client: FlaskClient, house: House) -> None:
    promised(house)
    statistics = Page(client.get("/statistics").text).text
    for words in ("近一年按时更新率", "其中核对无变化", "不定期", "不更新", "50%"):
        assert words in statistics
    department = Page(client.get("/department/minzhengju").text).text
    for words in ("近一年按时更新", "应更新 4 次，按时 2 次", "按时的更新中，核对无变化占 50%", "超期数据 1 个"):
        assert words in department


def test_the_api_tells_the_promise_and_every_period(client: FlaskClient, house: House) -> None:
    made = promised(house)
    entry = client.get(f"/api/v1/entries/{made.name}").json
    assert entry["promise"] == {
        "next_due_on": "2026-06-30",
        "overdue_after_on": "2026-07-07",
        "timeliness": "overdue",
        "kept": 2,
        "settled": 4,
        "confirmed_unchanged_on": "2026-06-02",
    }
    address, seen = f"/api/v1/entries/{made.name}/obligations?limit=4", []
    while address:
        page = client.get(address.removeprefix(house.settings.base_url)).json
        seen += page["obligations"]
        address = page["next_url"]
    assert [one["period"] for one in seen] == ["2026-07", "2026-06", "2026-05", "2026-04", "2026-03", "2026-02"]
    assert (seen[1]["state"], seen[1]["late_workdays"]) == ("overdue", 8)
    assert (seen[3]["state"], seen[3]["settled_on"], seen[3]["settled_by"]) == ("excused", None, None)
    assert set(seen[0]) == {
        "period", "kind", "starts_on", "due_on", "first_due_on", "grace_on", "is_provisional", "state", "settled_on",
        "settled_by", "late_workdays",
    }  # fmt: skip
    for wrong in ("limit=0", "limit=x", "after=x"):
        assert client.get(f"/api/v1/entries/{made.name}/obligations?{wrong}").status_code in (400, 422)


def test_a_strange_cursor_is_a_bad_request(client: FlaskClient, house: House) -> None:
    made = promised(house)
    for after in ("x", "20260630~", f"20260630~{uuid.uuid4().hex}x"):
        assert client.get(f"/dataset/{made.name}/updates?after={after}").status_code in (400, 422)
