"""Grouped questions: what may be asked, and answers counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from datasets.columns import TYPES, Column
from datasets.errors import Invalid, Problem
from datasets.formats import FORMATS
from datasets.query.engine import run
from datasets.query.group_sql import grouped_selection
from datasets.query.grouping import BUCKETS, MEASURES, buckets_for, measures_for
from datasets.query.parse import parse
from datasets.query.question import canonical, canonical_filter

COLUMNS = [
    Column(0, "street", "街道"),
    Column(1, "beds", "床位", "integer"),
    Column(2, "fee", "费用", "decimal"),
    Column(3, "day", "日期", "date"),
    Column(4, "at", "时间", "datetime"),
    Column(5, "share", "占比", shadow_type="decimal"),
    Column(6, "open", "开放", "boolean"),
    Column(7, "count", "计数"),
]
MONDAY = dt.date(2024, 12, 30)
"""Belongs to week 1 of 2025."""
ROWS: list[list[Any]] = [
    ["甲", 10, Decimal("0.10"), dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 8, 5), "52", True, "x"],
    ["甲", 20, Decimal("0.20"), dt.date(2024, 6, 30), dt.datetime(2024, 1, 1, 8, 59), "无", True, "x"],
    ["乙", None, Decimal("0.30"), dt.date(2024, 7, 1), dt.datetime(2024, 1, 1, 9, 0), "48", False, "y"],
    ["甲", 60, None, MONDAY, None, None, None, "x"],
    [None, 5, Decimal("1.00"), None, None, None, True, None],
]


@pytest.fixture
def store(make_store):
    return make_store(COLUMNS, ROWS)


def problem_of(*pairs: tuple[str, str]) -> Problem:
    with pytest.raises(Invalid) as caught:
        parse(pairs, COLUMNS)
    (problem,) = caught.value.problems
    return problem


def answer(store, query: str, *, as_text: bool = False) -> list[list[Any]]:
    return run(store, COLUMNS, parse(parse_qsl(query), COLUMNS), as_text=as_text).rows


def test_groups_are_counted_greatest_first_and_blanks_are_a_group(store):
    assert answer(store, "_group=street") == [["甲", 3], ["乙", 1], [None, 1]]


@pytest.mark.parametrize(
    ("measures", "row"),
    [
        ("count", [3]),
        ("count:fee", [2]),
        ("sum:beds", [90]),
        ("mean:beds", [30.0]),
        ("min:beds,max:beds", [10, 60]),
        ("median:beds", [20.0]),
        ("distinct:count", [1]),
        ("distinct:day", [3]),
        ("min:day,max:at", ["2024-01-01", "2024-01-01 08:59:00"]),
        ("sum:share,mean:share,max:share", [52.0, 52.0, 52.0]),
        ("count:share", [2]),
        ("min:count", ["x"]),
    ],
)
def test_measures_of_one_group_are_what_a_hand_counts(store, measures, row):
    assert answer(store, f"street=甲&_group=street&_measure={measures}") == [["甲", *row]]


def test_sums_of_decimals_are_exact(store):
    assert answer(store, "_measure=sum:fee", as_text=True) == [["1.60"]]
    assert answer(store, "fee__lt=1&_measure=sum:fee", as_text=True) == [["0.60"]]


def test_sums_of_a_shadow_do_not_show_binary_tails(make_store):
    columns = [Column(0, "p", "占比", shadow_type="decimal")]
    made = make_store(columns, [["0.1"], ["0.2"], ["见附件"]])
    assert run(made, columns, parse([("_measure", "sum:p")], columns)).rows == [[0.3]]


def test_sums_that_64_bits_cannot_hold_are_exact_as_text(make_store):
    columns = [Column(0, "n", "数", "integer")]
    made = make_store(columns, [[2**63 - 1], [2**63 - 1]])
    query = parse([("_measure", "sum:n")], columns)
    assert run(made, columns, query, as_text=True).rows == [["18446744073709551614"]]
    assert run(made, columns, query).rows == [[18446744073709551614.0]]


@pytest.mark.parametrize(
    ("bucket", "groups"),
    [
        ("year", ["2024", None]),
        ("half", ["2024H1", "2024H2", None]),
        ("quarter", ["2024Q1", "2024Q2", "2024Q3", "2024Q4", None]),
        ("month", ["2024-01", "2024-06", "2024-07", "2024-12", None]),
        ("week", ["2024-W01", "2024-W26", "2024-W27", "2025-W01", None]),
        ("day", ["2024-01-01", "2024-06-30", "2024-07-01", "2024-12-30", None]),
        ("weekday", [1, 7, None]),
    ],
)
def test_buckets_come_in_the_order_of_time_with_blanks_last(store, bucket, groups):
    assert [row[0] for row in answer(store, f"_group=day:{bucket}")] == groups


def test_moments_are_grouped_by_the_hour(store):
    expected = [["2024-01-01 08:00:00", 2], ["2024-01-01 09:00:00", 1], [None, 2]]
    assert answer(store, "_group=at:hour") == expected


def test_several_keys_and_a_condition_on_one_of_alternatives(store):
    rows = answer(store, "_group=street,open&_or=beds%3D60%26street%3D%E4%B9%99")
    assert rows == [["乙", False, 1], ["甲", None, 1]]


def test_groups_are_sorted_by_columns_of_the_answer_and_paged(store):
    query = "_group=street&_measure=sum:beds&_sort=-sum_beds"
    assert answer(store, query) == [["甲", 90], [None, 5], ["乙", None]]
    page = run(store, COLUMNS, parse([("_group", "street"), ("_limit", "1"), ("_offset", "1")], COLUMNS))
    assert (page.rows, page.total, page.numbers, page.next_after) == ([["乙", 1]], 3, [2], None)
    beyond = run(store, COLUMNS, parse([("_group", "street"), ("_offset", "9")], COLUMNS))
    assert (beyond.rows, beyond.total) == ([], 3)


@pytest.mark.parametrize("group", ["day:half,street", "street,day:half", " day:half , street "])
def test_keys_are_listed_with_commas_in_any_order(group):
    keys = parse([("_group", group)], COLUMNS).grouping.keys
    assert sorted(key.text() for key in keys) == ["day:half", "street"]


def test_keys_that_hold_commas_and_colons_are_meant_as_they_are():
    columns = [Column(0, "a,b", "a,b"), Column(1, "x:y", "x:y", "date"), Column(2, "a", "a")]
    grouping = parse([("_group", "a,b"), ("_group", "x:y:year"), ("_measure", "max:x:y,distinct:a")], columns).grouping
    assert [key.text() for key in grouping.keys] == ["a,b", "x:y:year"]
    assert [one.text() for one in grouping.measures] == ["max:x:y", "distinct:a"]


def test_without_a_key_all_rows_are_one_group(store):
    assert answer(store, "_measure=count,distinct:street") == [[5, 2]]
    assert answer(store, "street=丙&_measure=count,sum:beds") == [[0, None]]
    assert answer(store, "street=丙&_group=open") == []


def test_columns_of_the_answer_have_keys_names_and_types_of_their_own():
    grouping = parse([("_group", "count,day:month"), ("_measure", "count,sum:share,max:day")], COLUMNS).grouping
    assert grouping is not None
    found = [(column.key, column.name, column.type) for column in grouping.result_columns()]
    assert found == [
        ("count", "计数", "text"),
        ("day_month", "日期（月）", "text"),
        ("count_2", "行数", "integer"),
        ("sum_share", "占比合计", "decimal"),
        ("max_day", "日期最大", "date"),
    ]
    english = [column.name for column in grouping.result_columns("en")]
    assert english == ["计数", "日期 (month)", "rows", "占比, sum", "日期, greatest"]


@pytest.mark.parametrize(
    ("pair", "code", "params"),
    [
        (("_group", "nosuch"), "unknown_column", {"column": "nosuch"}),
        (("_group", "day:decade"), "unknown_bucket", {"column": "日期", "bucket": "decade"}),
        (("_group", "day:hour"), "bucket_not_for_type", {"type": "date"}),
        (("_group", "street:month"), "bucket_not_for_type", {"column": "街道", "known": []}),
        (("_measure", "average:beds"), "unknown_measure", {"measure": "average", "known": list(MEASURES)}),
        (("_measure", "sum"), "measure_needs_column", {"measure": "sum"}),
        (("_measure", "sum:nosuch"), "unknown_column", {"column": "nosuch"}),
        (("_measure", "sum:street"), "measure_not_for_type", {"column": "街道", "measure": "sum"}),
        (("_measure", "max:open"), "measure_not_for_type", {"known": ["count", "distinct"]}),
        (("_group", "street,beds,fee,open,count"), "too_many_group_keys", {"limit": 4, "count": 5}),
        (
            ("_measure", ",".join(f"{kind}:beds" for kind in MEASURES) + ",sum:fee,max:fee"),
            "too_many_measures",
            {"limit": 8, "count": 9},
        ),
    ],
)
def test_what_is_wrong_with_a_group_is_named(pair, code, params):
    problem = problem_of(pair)
    assert problem.code == code
    assert params.items() <= problem.params.items()


def test_groups_have_an_order_and_pages_of_their_own():
    problem = problem_of(("_group", "street"), ("_sort", "beds"))
    assert (problem.code, problem.params["known"]) == ("unknown_column", ["street", "count"])
    assert problem_of(("_group", "street"), ("_columns", "beds")).params == {"parameter": "_columns"}
    assert problem_of(("_measure", "count"), ("_after", "3")).code == "not_with_groups"


def test_order_and_measures_do_not_change_how_many_groups_there_are():
    one = parse([("_group", "street"), ("_measure", "sum:beds"), ("_sort", "street"), ("beds__ge", "1")], COLUMNS)
    assert canonical(one) == "beds__ge=1&_group=street&_measure=sum%3Abeds&_sort=street"
    assert canonical_filter(one) == "beds__ge=1&_group=street&_measure=count"


def test_a_writer_of_files_writes_groups(store, tmp_path):
    query = parse([("_group", "street,day:year"), ("_measure", "count,sum:fee"), ("_sort", "street")], COLUMNS)
    columns, selection = grouped_selection(query, COLUMNS)
    target = tmp_path / "groups.csv"
    assert FORMATS["csv"].write_rows(store, columns, target, rows=selection, spill=None) == 3
    assert target.read_text("utf-8-sig").splitlines() == [
        "街道,日期（年）,行数,费用合计",
        "乙,2024,1,0.30",
        "甲,2024,3,0.30",
        ",,1,1.00",
    ]


def test_every_bucket_and_measure_says_itself_in_two_languages_and_is_offered_somewhere():
    for column_type in TYPES:
        assert {kind.key for kind in measures_for(Column(0, "a", "a", column_type))} >= {"count", "distinct"}
    offered = {bucket.key for kind in ("date", "datetime") for bucket in buckets_for(Column(0, "a", "a", kind))}
    assert offered == set(BUCKETS)
    assert all(row.zh and row.en for row in (*BUCKETS.values(), *MEASURES.values()))
    assert not buckets_for(Column(0, "a", "a", "integer"))
