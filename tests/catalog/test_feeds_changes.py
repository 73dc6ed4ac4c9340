"""The incremental feed and the record of pulls."""

from __future__ import annotations

import datetime as dt
import hashlib

import orjson
from sqlalchemy.orm import Session

from catalog.changes import changes_after
from catalog.feeds.changes_feed import write_changes
from catalog.feeds.pulls import Pull, forget_pulls, list_pulls, record_pull
from catalog.feeds.records import FeedRecord
from catalog.feeds.site import Site
from tests.catalog.records import department, file_resource, publish, record, withdraw

SITE = Site("https://data.example.gov.cn", "平台", "Portal", "区政府办", "Office")


def pull(session: Session, after: int, limit: int = 100) -> dict[str, object]:
    """One pull, as JSON."""
    answer: dict[str, object] = orjson.loads(
        write_changes(SITE, changes_after(session, after, limit), after=after, limit=limit)
    )
    return answer


def test_pull_gives_complete_records_with_their_downloads(session: Session) -> None:
    made = record(department(session), "养老机构名录", resources=[file_resource()])
    publish(session, made)
    answer = pull(session, 0)
    (change,) = answer["records"]  # type: ignore[misc]
    assert (answer["next"], answer["has_more"], answer["tombstones"]) == (1, False, [])
    assert (change["number"], change["kind"], change["hash"]) == (1, "published", made.digest())
    assert FeedRecord.from_dict(change["record"]) == made
    plain = orjson.dumps(change["record"], option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(plain).hexdigest() == change["hash"]
    file_id = made.resources[0].id
    assert change["downloads"][file_id]["csv"] == (
        f"https://data.example.gov.cn/dataset/{made.name}/resource/{file_id}/data.csv"
    )


def test_withdrawn_and_suspended_entries_come_as_tombstones_without_their_record(session: Session) -> None:
    of = department(session)
    made = [record(of, f"目录{number}", ordinal=number) for number in (1, 2, 3)]
    for one in made:
        publish(session, one)
    withdraw(session, made[0], reason="机构撤并")
    withdraw(session, made[1], kind="suspended", reason="发现个人信息")
    answer = pull(session, 0)
    assert [change["record"]["title"] for change in answer["records"]] == ["目录3"]  # type: ignore[attr-defined]
    assert [
        (stone["number"], stone["kind"], stone["id"], stone["reason"], "record" in stone)
        for stone in answer["tombstones"]  # type: ignore[attr-defined]
    ] == [
        (4, "withdrawn", made[0].id, "机构撤并", False),
        (5, "suspended", made[1].id, "发现个人信息", False),
    ]


def test_puller_that_resumes_gets_everything_once(session: Session) -> None:
    of = department(session)
    made = [record(of, f"目录{number}", ordinal=number) for number in range(1, 8)]
    for one in made:
        publish(session, one)
    seen, after, has_more = [], 0, True
    while has_more:
        answer = pull(session, after, limit=3)
        seen += [change["record"]["id"] for change in answer["records"]]  # type: ignore[attr-defined]
        assert str(answer["next_url"]).endswith(f"after={answer['next']}&limit=3")
        after, has_more = int(answer["next"]), bool(answer["has_more"])  # type: ignore[call-overload]
    assert seen == [one.id for one in made]
    assert pull(session, after)["records"] == []


def test_pulls_are_listed_newest_first_and_forgotten_after_three_years(session: Session, now: dt.datetime) -> None:
    for days, feed in ((0, "changes"), (1, "dcat-jsonld"), (1200, "changes")):
        record_pull(
            session,
            Pull(
                now - dt.timedelta(days=days),
                feed,
                "203.0.113.7",
                "curl/8 " + "x" * 400,
                0,
                7,
                7,
                200,
                2 if feed != "changes" else None,
            ),
        )
    assert [one.feed for one in list_pulls(session)] == ["changes", "dcat-jsonld", "changes"]
    assert [(one.range_to, one.page) for one in list_pulls(session, feed="dcat-jsonld")] == [(7, 2)]
    assert len(list_pulls(session, before=now)) == 2
    assert forget_pulls(session, now=now) == 1
    assert len(list_pulls(session)) == 2
