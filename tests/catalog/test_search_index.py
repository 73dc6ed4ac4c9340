"""The search index: finds what people type, follows the change log, heals itself."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.errors import Busy
from catalog.feeds.records import FeedRecord
from catalog.models import ChangeCounter, ChangeRow, CurrentRecord
from catalog.search import IndexDamaged, SearchIndex, search_entries
from catalog.search.fallback import search_by_like
from tests.catalog.records import department, item, load_portals, publish, read_portals, record, withdraw

ENTRIES = [
    (
        "黄石港区民政局",
        "社会组织登记信息",
        "社会团体、民办非企业单位、基金会的登记情况。",
        ["社会组织"],
        ["名称", "社会信用代码"],
    ),
    ("黄石港区民政局", "养老机构名录", "辖区养老机构的名称、地址、床位数。", ["养老", "民政"], ["机构名称", "床位数"]),
    (
        "黄石港区城市管理执法局",
        "公共厕所分布",
        "公厕的位置与开放时间。",
        ["厕所", "便民"],
        ["点位名称", "经度", "纬度"],
    ),
    ("黄石港区城市管理执法局", "停车场信息", "公共停车场的车位数。", ["停车"], ["车位数", "parking_lot_name"]),
    ("黄石港区住房保障局", "住房公积金缴存单位", "缴存住房公积金的单位名单。", ["公积金"], ["单位名称", "缴存人数"]),
    ("黄石港区卫生健康局", "医疗机构执业许可", "医疗机构名称与许可证号。", ["医疗卫生"], ["机构名称", "许可证号"]),
    ("黄石港区教育局", "中小学校名录", "中小学校的名称、地址和联系电话。", ["教育"], ["学校名称", "enterprise_name"]),
    (
        "黄石港区生态环境分局",
        "PM2.5监测日报",
        "空气自动站每日PM2.5与PM10浓度。",
        ["空气质量"],
        ["站点", "PM2.5浓度", "AQI"],
    ),
]


@pytest.fixture
def entries(session: Session) -> dict[str, FeedRecord]:
    """Eight public entries of six departments, by title."""
    made = {}
    for ordinal, (of, title, summary, tags, items) in enumerate(ENTRIES, start=1):
        made[title] = record(
            department(session, of), title, ordinal=ordinal, summary=summary, tags=tags, domain="living",
            code=f"3081/{ordinal:06d}",
            items=[item(name) if not name.isascii() else item("英文字段", name) for name in items],
        )  # fmt: skip
        publish(session, made[title])
    return made


@pytest.fixture
def index(tmp_path: Path, session: Session, entries: dict[str, FeedRecord]) -> SearchIndex:
    """An index over the eight entries."""
    index = SearchIndex(tmp_path / "index")
    assert index.follow(session).is_rebuilt
    return index


def titles(entries: dict[str, FeedRecord], index: SearchIndex, question: str) -> list[str]:
    """Titles found, best first."""
    by_id = {made.uuid: title for title, made in entries.items()}
    return [by_id[key] for key in index.search(question).ids]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("公共厕所", "公共厕所分布"),
        ("共厕", "公共厕所分布"),
        ("公厕", "公共厕所分布"),
        ("厕", "公共厕所分布"),
        ("公积金", "住房公积金缴存单位"),
        ("gjj", "住房公积金缴存单位"),
        ("gongjijin", "住房公积金缴存单位"),
        ("醫療機構", "医疗机构执业许可"),
        ("許可證號", "医疗机构执业许可"),
        ("床位数", "养老机构名录"),
        ("enterprise_name", "中小学校名录"),
        ("PARKING", "停车场信息"),
        ("lot_na", "停车场信息"),
        ("ｐｍ２．５", "PM2.5监测日报"),
        ("pm2.5", "PM2.5监测日报"),
        ("aqi", "PM2.5监测日报"),
        ("民政局 养老", "养老机构名录"),
        ("城管 停车", ""),
        ("城市管理执法局 停车", "停车场信息"),
        ("民政局社会组织", "社会组织登记信息"),
        ("民办非企", "社会组织登记信息"),
        ("学校数据", "中小学校名录"),
        ("哪里有公共厕所", "公共厕所分布"),
        ("3081/000004", "停车场信息"),
        ("生活服务 停车", "停车场信息"),
    ],
)
def test_people_find_what_they_mean(
    index: SearchIndex, entries: dict[str, FeedRecord], question: str, first: str
) -> None:
    result = index.search(question)
    if first:
        assert titles(entries, index, question)[0] == first
        assert not result.is_loose
    else:
        assert result.is_loose or result.total == 0


@pytest.mark.parametrize("question", ["飞机场", "zzzz", "", "   ", "*?~", "%", "_"])
def test_nothing_is_found_where_there_is_nothing(index: SearchIndex, question: str) -> None:
    result = index.search(question)
    assert (result.hits, result.total) == ([], 0)


def test_title_ranks_above_summary(session: Session, index: SearchIndex, entries: dict[str, FeedRecord]) -> None:
    of = department(session, "黄石港区教育局")
    in_summary = record(of, "便民服务点", ordinal=20, summary="附近有停车场信息。")
    publish(session, in_summary)
    index.follow(session)
    assert index.search("停车场").ids == [entries["停车场信息"].uuid, in_summary.uuid]


def test_words_that_are_nowhere_together_are_found_apart_and_said_so(
    index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    result = index.search("养老 飞机场")
    assert result.is_loose
    assert titles(entries, index, "养老 飞机场") == ["养老机构名录"]


def test_result_gives_terms_to_highlight_and_counts_beyond_the_limit(index: SearchIndex) -> None:
    result = index.search("名录", limit=1)
    assert (len(result.hits), result.total, result.terms) == (1, 2, ["名录"])


def test_index_follows_publish_update_and_withdrawal(
    session: Session, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    toilet = entries["公共厕所分布"]
    renamed = FeedRecord.from_dict({**toilet.as_dict(), "title": "公共卫生间分布", "tags": [], "summary": ""})
    publish(session, renamed, kind="updated")
    withdraw(session, entries["停车场信息"])
    report = index.follow(session)
    assert (report.applied, report.is_rebuilt, report.number) == (2, False, 10)
    assert index.search("公共卫生间").ids == [toilet.uuid]
    assert index.search("厕所").ids == []
    assert index.search("停车场").ids == []
    assert index.follow(session).applied == 0
    assert index.change_number() == 10


def test_suspended_entry_leaves_the_index(session: Session, index: SearchIndex, entries: dict[str, FeedRecord]) -> None:
    withdraw(session, entries["养老机构名录"], kind="suspended")
    index.follow(session)
    assert index.search("养老").total == 0
    publish(session, entries["养老机构名录"], kind="resumed")
    index.follow(session)
    assert index.search("养老").total == 1


def test_another_reader_sees_the_new_generation_by_itself(
    session: Session, tmp_path: Path, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    reader = SearchIndex(tmp_path / "index")
    assert reader.search("停车场").total == 1
    withdraw(session, entries["停车场信息"])
    index.follow(session)
    assert reader.search("停车场").total == 0
    index.rebuild(session)
    assert reader.search("厕所").total == 1


def test_missing_index_falls_back_to_the_database(
    session: Session, tmp_path: Path, entries: dict[str, FeedRecord]
) -> None:
    index = SearchIndex(tmp_path / "nowhere")
    index.warm()
    with pytest.raises(IndexDamaged):
        index.search("厕所")
    result = search_entries(session, index, "公共厕所")
    assert result.is_fallback
    assert result.ids == [entries["公共厕所分布"].uuid]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("厕所", ["公共厕所分布"]),
        ("民政局 养老", ["养老机构名录"]),
        ("醫療機構", ["医疗机构执业许可"]),
        ("床位数", ["养老机构名录"]),
        ("PM2.5", ["PM2.5监测日报"]),
        ("%", []),
        ("100%_", []),
    ],
)
def test_fallback_finds_parts_of_words(
    session: Session, entries: dict[str, FeedRecord], question: str, expected: list[str]
) -> None:
    by_id = {made.uuid: title for title, made in entries.items()}
    assert [by_id[key] for key in search_by_like(session, question).ids] == expected


def test_fallback_takes_hostile_text(session: Session, entries: dict[str, FeedRecord]) -> None:
    for question in ("' OR 1=1 --", "\\", "\x00", "信" * 5000, " ".join("甲乙丙丁戊己庚辛壬癸")):
        search_by_like(session, question)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _garble(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for place in range(0, len(data), 7):
        data[place] ^= 0x5A
    file.write_bytes(bytes(data))


def _halve(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize("damage", [Path.unlink, _empty, _garble, _halve], ids=["gone", "empty", "garbled", "halved"])
@pytest.mark.parametrize("pattern", ["*.toc", "*.seg", "*"])
def test_damaged_index_never_fails_a_search_and_is_rebuilt(
    session: Session, tmp_path: Path, entries: dict[str, FeedRecord], damage: object, pattern: str
) -> None:
    writer = SearchIndex(tmp_path / "index")
    writer.follow(session)
    for file in writer.folder.current().glob(pattern):
        damage(file)  # type: ignore[operator]
    reader = SearchIndex(tmp_path / "index")
    assert search_entries(session, reader, "公共厕所").ids == [entries["公共厕所分布"].uuid]
    SearchIndex(tmp_path / "index").follow(session)
    healed = search_entries(session, SearchIndex(tmp_path / "index"), "gjj")
    assert not healed.is_fallback
    assert healed.ids == [entries["住房公积金缴存单位"].uuid]


def test_index_of_another_history_is_rebuilt(
    session: Session, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    session.execute(update(ChangeRow).where(ChangeRow.number == 8).values(at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    assert index.follow(session).is_rebuilt


def test_index_ahead_of_the_database_is_rebuilt(
    session: Session, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    session.execute(delete(ChangeRow))
    session.execute(delete(CurrentRecord))
    session.execute(update(ChangeCounter).values(number=0))
    report = index.follow(session)
    assert (report.is_rebuilt, report.applied) == (True, 0)
    assert index.search("厕所").total == 0


def test_two_writers_never_write_at_once(session: Session, tmp_path: Path, index: SearchIndex) -> None:
    with index.folder.writing(), pytest.raises(Busy) as caught:
        SearchIndex(tmp_path / "index").follow(session)
    assert caught.value.code == "search_index_busy"


def test_leftovers_of_killed_writers_are_swept(
    session: Session, tmp_path: Path, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    current = index.folder.current()
    shutil.copytree(current, tmp_path / "index" / "v0-broken-off")
    for name in ("MAIN_deadbeefdeadbeef.seg", "abcd.run", "_MAIN_0.toc.tmp"):
        (current / name).write_bytes(b"left over")
    withdraw(session, entries["停车场信息"])
    index.follow(session)
    assert not [file for file in current.iterdir() if file.read_bytes() == b"left over"]
    index.rebuild(session)
    assert [folder.name for folder in (tmp_path / "index").iterdir() if folder.is_dir()] == [
        index.folder.current().name
    ]


def test_index_folder_is_private(tmp_path: Path, index: SearchIndex) -> None:
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


def test_many_small_updates_keep_the_index_small(
    session: Session, index: SearchIndex, entries: dict[str, FeedRecord]
) -> None:
    for _ in range(30):
        publish(session, entries["公共厕所分布"], kind="updated")
        index.follow(session)
    assert index.search("厕所").total == 1
    assert len(list(index.folder.current().iterdir())) < 20


@pytest.mark.shared
@pytest.mark.slow
def test_any_part_of_any_real_title_finds_it(session: Session, tmp_path: Path, shared_data: Path) -> None:
    count = load_portals(session, shared_data, limit=800)
    index = SearchIndex(tmp_path / "index")
    assert index.rebuild(session).applied == count
    rows = read_portals(shared_data)[:count]
    chosen = random.Random(7)
    for _ in range(400):
        number = chosen.randrange(count)
        title = rows[number]["title"]
        start = chosen.randrange(len(title))
        part = title[start : start + chosen.randint(2, 8)]
        result = index.search(part)
        if result.terms and max(map(len, result.terms)) > 1:
            found = set(session.scalars(select(CurrentRecord.ordinal).where(CurrentRecord.entry_id.in_(result.ids))))
            assert number + 1 in found, (part, title)


@pytest.mark.shared
@pytest.mark.slow
def test_hostile_questions_stay_cheap(session: Session, tmp_path: Path, shared_data: Path) -> None:
    load_portals(session, shared_data, limit=800)
    index = SearchIndex(tmp_path / "index")
    index.rebuild(session)
    index.search("预热")
    for question in (
        "?" * 5000,
        "*a*" * 50,
        "信息 " * 3000,
        "数据信息" * 9999,
        "a b c d e f g h i j k l m n o p q r s",
    ):
        started = time.process_time()
        index.search(question)
        assert time.process_time() - started < 0.3
