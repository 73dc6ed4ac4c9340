"""What the public can list, count and open."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from catalog.errors import Gone, NotFound
from catalog.feeds.records import FeedRecord
from catalog.models import CurrentRecord, Department, Entry, Revision
from catalog.public import Criteria, count_facets, count_public, get_public, list_public, list_records, list_related
from catalog.timeliness import TIMELINESS_CODES, timeliness

TODAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)

Publish = Callable[..., CurrentRecord]


@pytest.fixture
def departments(session: Session) -> dict[str, Department]:
    """区民政局 and 区教育局."""
    rows = {
        slug: Department(slug=slug, name=name, name_en=name_en, short_name=name, created_at=NOW)
        for slug, name, name_en in [
            ("minzheng", "黄石港区民政局", "Civil Affairs Bureau"),
            ("jiaoyu", "黄石港区教育局", None),
        ]
    }
    session.add_all(rows.values())
    session.flush()
    return rows


@pytest.fixture
def publish(session: Session, departments: dict[str, Department]) -> Publish:
    """Put one entry before the public, as the change log does."""
    ordinals = itertools.count(1)

    def publish(
        title: str,
        *,
        name: str | None = None,
        department: str = "minzheng",
        domain: str | None = "social_aid",
        open_type: str = "unconditional",
        cycle: str = "monthly",
        formats: str = ",csv,",
        rows: int = 10,
        due: tuple[dt.date | None, dt.date | None, dt.date | None] = (None, None, None),
    ) -> CurrentRecord:
        ordinal = next(ordinals)
        name = name or f"entry-{ordinal}"
        moment = NOW - dt.timedelta(days=ordinal)
        entry = Entry(name=name, department_id=departments[department].id, state="published", created_at=moment)
        session.add(entry)
        session.flush()
        facts = {
            "id": str(entry.id),
            "name": name,
            "title": title,
            "title_en": f"{title} (en)",
            "domain": domain,
            "state": "published",
            "items": [],
            "resources": [],
        }
        record = CurrentRecord(
            entry_id=entry.id,
            ordinal=ordinal,
            change_number=ordinal,
            name=name,
            title=title,
            summary="",
            tags=["民生"],
            department_id=entry.department_id,
            domain=domain,
            open_type=open_type,
            update_cycle=cycle,
            formats=formats,
            file_count=1,
            row_count=rows,
            byte_size=100,
            issued_on=moment.date(),
            modified_at=moment,
            next_due_on=due[0],
            overdue_after_on=due[1],
            stale_after_on=due[2],
            record=FeedRecord.from_dict(facts).as_dict(),
            record_hash="0" * 64,
        )
        session.add(record)
        session.flush()
        return record

    return publish


EVERYTHING = Criteria()


def titles(session: Session, criteria: Criteria = EVERYTHING, **options: object) -> list[str]:
    page = list_public(session, criteria, today=TODAY, **options)  # type: ignore[arg-type]
    return [card.title for card in page.cards]


def test_a_card_carries_what_a_list_shows(session: Session, publish: Publish) -> None:
    publish("社区名单", formats=",csv,xlsx,", rows=37, due=(dt.date(2026, 7, 31), dt.date(2026, 8, 7), None))
    card = list_public(session, Criteria(), today=TODAY).cards[0]
    assert (card.title, card.title_en, card.row_count) == ("社区名单", "社区名单 (en)", 37)
    assert card.formats == ("csv", "xlsx")
    assert card.tags == ("民生",)
    assert (card.department_slug, card.department_name_en) == ("minzheng", "Civil Affairs Bureau")
    assert card.timeliness == "normal"


def test_the_list_is_cut_into_pages_and_says_how_many_there_are(session: Session, publish: Publish) -> None:
    for title in "甲乙丙丁戊":
        publish(title)
    first = list_public(session, Criteria(), per_page=2, today=TODAY)
    assert [card.title for card in first.cards] == ["甲", "乙"]
    assert (first.total, first.page_count) == (5, 3)
    assert titles(session, per_page=2, page=3) == ["戊"]
    assert titles(session, per_page=2, page=4) == []


def test_the_list_is_sorted_as_asked(session: Session, publish: Publish) -> None:
    publish("乙", name="yi-1", rows=5)
    publish("丙", name="bing-1", rows=50)
    publish("甲", name="jia-1", rows=1)
    assert titles(session, sort="modified") == ["乙", "丙", "甲"]
    assert titles(session, sort="title") == ["丙", "甲", "乙"]
    assert titles(session, sort="rows") == ["丙", "乙", "甲"]
    assert titles(session, sort="no such sort") == ["乙", "丙", "甲"]
    assert titles(session, sort="relevance") == ["乙", "丙", "甲"]


def test_search_results_keep_their_rank_and_can_be_narrowed(session: Session, publish: Publish) -> None:
    one, two, three = publish("一"), publish("二", department="jiaoyu"), publish("三")
    found = Criteria(ids=(three.entry_id, uuid.uuid4(), two.entry_id, one.entry_id))
    assert titles(session, found, sort="relevance") == ["三", "二", "一"]
    assert titles(session, found, sort="modified") == ["一", "二", "三"]
    narrowed = Criteria(ids=found.ids, department=("minzheng",))
    assert titles(session, narrowed, sort="relevance") == ["三", "一"]
    assert list_public(session, narrowed, sort="relevance", per_page=1, today=TODAY).total == 2
    assert titles(session, Criteria(ids=()), sort="modified") == []


def test_values_of_one_facet_widen_and_facets_narrow(session: Session, publish: Publish) -> None:
    publish("一", domain="social_aid", formats=",csv,")
    publish("二", domain="education", department="jiaoyu", formats=",csv,xlsx,")
    publish("三", domain="education", cycle="yearly", formats="")
    assert titles(session, Criteria(domain=("education",))) == ["二", "三"]
    assert titles(session, Criteria(domain=("education", "social_aid"))) == ["一", "二", "三"]
    assert titles(session, Criteria(domain=("education",), format=("csv",))) == ["二"]
    assert titles(session, Criteria(format=("cs",))) == []
    assert titles(session, Criteria(format=("%",))) == []
    assert titles(session, Criteria(cycle=("yearly",))) == ["三"]
    assert titles(session, Criteria(department=("jiaoyu", "no-such"))) == ["二"]


def test_a_facet_counts_what_choosing_each_value_would_leave(session: Session, publish: Publish) -> None:
    publish("一", domain="social_aid", formats=",csv,")
    publish("二", domain="education", department="jiaoyu", formats=",csv,xlsx,")
    publish("三", domain="education", open_type="closed", formats="")
    facets = {facet.key: facet for facet in count_facets(session, Criteria(domain=("education",)), today=TODAY)}
    assert list(facets) == ["domain", "department", "open_type", "format", "cycle", "timeliness"]
    shown = {key: [(one.value, one.count) for one in facet.values] for key, facet in facets.items()}
    assert shown["domain"] == [("education", 2), ("social_aid", 1)], "the facet's own choice does not narrow it"
    assert sorted(shown["department"]) == [("jiaoyu", 1), ("minzheng", 1)]
    assert sorted(shown["open_type"]) == [("closed", 1), ("unconditional", 1)]
    assert sorted(shown["format"]) == [("csv", 1), ("xlsx", 1)]
    assert shown["timeliness"] == [("not_tracked", 2)]
    first = facets["domain"].values[0]
    assert (first.zh, first.en, first.is_chosen) == ("教育文化", "Education and culture", True)


def test_facets_of_search_hits_are_those_of_the_hits_alone(session: Session, publish: Publish) -> None:
    one = publish("一", domain="social_aid", formats=",csv,")
    two = publish("二", domain="education", department="jiaoyu", formats=",csv,xlsx,")
    publish("三", domain="education", cycle="yearly")
    for chosen in ((), ("education",)):
        criteria = Criteria(ids=(one.entry_id, two.entry_id), domain=chosen)
        counted = count_facets(session, criteria, today=TODAY)
        shown = {facet.key: {value.value: value.count for value in facet.values} for facet in counted}
        assert shown["domain"] == {"social_aid": 1, "education": 1}
        assert shown["format"] == ({"csv": 1, "xlsx": 1} if chosen else {"csv": 2, "xlsx": 1})
        assert shown["department"] == ({"jiaoyu": 1} if chosen else {"minzheng": 1, "jiaoyu": 1})
        assert shown["cycle"] == {"monthly": 1 if chosen else 2}
    nothing = count_facets(session, Criteria(ids=()), today=TODAY)
    assert all(facet.values == () for facet in nothing)


def test_a_chosen_value_without_entries_stays_to_be_unchosen(session: Session, publish: Publish) -> None:
    publish("一")
    counts = count_facets(session, Criteria(domain=("weather",), department=("gone",)), today=TODAY)
    by_key = {facet.key: facet for facet in counts}
    assert [(v.value, v.count, v.is_chosen) for v in by_key["domain"].values] == [("weather", 0, True)]
    assert [(v.value, v.count) for v in by_key["department"].values] == [("gone", 0)]


def test_the_timeliness_of_lists_counts_and_pages_agrees(session: Session, publish: Publish) -> None:
    days = [None, *(TODAY + dt.timedelta(days=shift) for shift in (-1, 0, 7, 8))]
    for due, grace, stale in itertools.product(days, repeat=3):
        publish("条目", due=(due, grace, stale))
    expected = dict.fromkeys(TIMELINESS_CODES, 0)
    for due, grace, stale in itertools.product(days, repeat=3):
        expected[timeliness(due, grace, stale, TODAY)] += 1
    assert all(expected.values())
    counted = next(facet for facet in count_facets(session, Criteria(), today=TODAY) if facet.key == "timeliness")
    assert {value.value: value.count for value in counted.values} == expected
    for code in TIMELINESS_CODES:
        page = list_public(session, Criteria(timeliness=(code,)), per_page=1000, today=TODAY)
        assert page.total == expected[code]
        assert {card.timeliness for card in page.cards} == {code}
    assert list_public(session, Criteria(timeliness=("nonsense",)), today=TODAY).total == 0


def test_ten_thousand_search_hits_are_one_bound_value(session: Session, publish: Publish) -> None:
    record = publish("一")
    ids = (*(uuid.uuid4() for _ in range(40_000)), record.entry_id)
    assert titles(session, Criteria(ids=ids), sort="modified") == ["一"]


def test_records_are_walked_by_key_without_gaps(session: Session, publish: Publish) -> None:
    for title in "甲乙丙":
        publish(title)
    first = list_records(session, Criteria(), limit=2, today=TODAY)
    assert [entry.record.title for entry in first.entries] == ["甲", "乙"]
    assert first.next_after == 2
    rest = list_records(session, Criteria(), after=2, limit=2, today=TODAY)
    assert [entry.record.title for entry in rest.entries] == ["丙"]
    assert rest.next_after is None


def test_an_entry_is_opened_by_its_name_and_tells_how_it_stands_today(session: Session, publish: Publish) -> None:
    row = publish("社区名单", due=(dt.date(2026, 7, 15), dt.date(2026, 7, 22), dt.date(2026, 8, 7)))
    entry = get_public(session, row.name, today=TODAY)
    assert (entry.record.title, entry.timeliness) == ("社区名单", "due_soon")
    assert (entry.next_due_on, entry.overdue_after_on) == (dt.date(2026, 7, 15), dt.date(2026, 7, 22))


@pytest.mark.parametrize("state", ["never_published", None])
def test_a_draft_is_as_unknown_as_a_name_that_never_was(
    session: Session, departments: dict[str, Department], state: str | None
) -> None:
    if state:
        department_id = departments["minzheng"].id
        session.add(Entry(name="draft-1", department_id=department_id, state=state, created_at=NOW))
        session.flush()
    with pytest.raises(NotFound, match="entry_not_found"):
        get_public(session, "draft-1", today=TODAY)


@pytest.mark.parametrize(("state", "code"), [("withdrawn", "entry_withdrawn"), ("suspended", "entry_suspended")])
def test_what_was_taken_away_says_when_and_why(
    session: Session, departments: dict[str, Department], state: str, code: str
) -> None:
    revision_id = uuid.uuid4()
    entry = Entry(
        name="old-1",
        department_id=departments["minzheng"].id,
        state=state,
        state_reason="数据有误",
        withdrawn_at=dt.datetime(2026, 6, 30, 17, tzinfo=dt.UTC),
        published_revision_id=revision_id,
        created_at=NOW,
    )
    session.add(entry)
    session.flush()
    session.add(
        Revision(
            id=revision_id,
            entry_id=entry.id,
            number=1,
            state="published",
            title="旧名单",
            created_at=NOW,
            changed_at=NOW,
        )
    )
    session.flush()
    with pytest.raises(Gone) as gone:
        get_public(session, "old-1", today=TODAY)
    assert gone.value.code == code
    assert gone.value.params["on"] == "2026-07-01", "the day in Shanghai"
    assert gone.value.params["reason"] == "数据有误"
    assert gone.value.params.get("title") == ("旧名单" if state == "withdrawn" else None)


def test_related_entries_share_the_domain(session: Session, publish: Publish) -> None:
    row = publish("一")
    publish("二")
    publish("三", domain="education")
    alone = publish("四", domain=None)
    assert [card.title for card in list_related(session, FeedRecord.from_dict(row.record), today=TODAY)] == ["二"]
    assert list_related(session, FeedRecord.from_dict(alone.record), today=TODAY) == ()


def test_totals_of_the_catalog(session: Session, publish: Publish) -> None:
    assert count_public(session).rows == 0
    publish("一", rows=10)
    publish("二", department="jiaoyu", domain="education", rows=5)
    publish("三", domain=None, rows=0)
    totals = count_public(session)
    assert (totals.entries, totals.departments, totals.domains) == (3, 2, 2)
    assert (totals.files, totals.rows, totals.bytes) == (3, 15, 300)


def test_public_reads_keep_their_query_budget(session: Session, publish: Publish) -> None:
    rows = [publish("条目", name=f"e-{n}") for n in range(30)]
    statements: list[str] = []

    def count(read: Callable[[], object]) -> int:
        statements.clear()
        read()
        return len(statements)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    hits = Criteria(ids=tuple(row.entry_id for row in rows))
    assert count(lambda: list_public(session, Criteria(domain=("social_aid",)), today=TODAY)) == 3
    assert count(lambda: list_public(session, hits, sort="relevance", today=TODAY)) == 2
    assert count(lambda: get_public(session, "e-7", today=TODAY)) == 1
    assert count(lambda: list_records(session, Criteria(), today=TODAY)) == 1
    assert count(lambda: count_facets(session, Criteria(), today=TODAY)) == 7
    assert count(lambda: count_facets(session, hits, today=TODAY)) == 2
    assert count(lambda: count_public(session)) == 1
