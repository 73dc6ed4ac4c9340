"""Row parameters: what an address may ask, and every way in which it may be wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.columns import TYPES, Column
from datasets.errors import Invalid, Problem
from datasets.query.operators import OPERATORS, operators_for
from datasets.query.parse import parse
from datasets.query.question import EVERYTHING, Query, canonical, canonical_filter, to_pairs

COLUMNS = [
    Column(0, "district", "区"),
    Column(1, "beds", "床位", "integer"),
    Column(2, "area", "面积", "decimal"),
    Column(3, "open", "开放", "boolean"),
    Column(4, "opened_on", "开业日期", "date"),
    Column(5, "seen_at", "更新时间", "datetime"),
    Column(6, "amount", "金额", "text", shadow_type="decimal"),
    Column(7, "a,b", "甲,乙"),
    Column(8, "-x", "负"),
    Column(9, "_limit", "限"),
    Column(10, "half__full", "半"),
]


def problems_of(*pairs: tuple[str, str]) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        parse(pairs, COLUMNS)
    assert caught.value.code == "row_parameters_invalid"
    return caught.value.problems


def asked(*pairs: tuple[str, str]) -> list[tuple[str, str, tuple]]:
    return [(c.column.key, c.operator_key, c.values) for c in parse(pairs, COLUMNS).conditions]


def test_no_parameters_ask_for_everything():
    assert parse([], COLUMNS) == EVERYTHING
    assert EVERYTHING.selects_all
    assert EVERYTHING.page_size == 100


def test_plain_parameter_compares_for_equality():
    assert asked(("district", "黄石港区")) == [("district", "eq", ("黄石港区",))]


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("beds__ge", "1,200", (1200,)),
        ("beds__in", "1,2，3", (1, 2, 3)),
        ("beds", "１２", (12,)),
        ("area__lt", "-0.5", (Decimal("-0.5"),)),
        ("area__ge", "￥1,234.50", (Decimal("1234.50"),)),
        ("area__ge", "1234.5元", (Decimal("1234.5"),)),
        ("amount__ge", "52%", (Decimal("52"),)),
        ("beds__between", "1,200..1,300", (1200, 1300)),
        ("beds__between", "3，4", (3, 4)),
        ("amount__between", "-1.5,2", (Decimal("-1.5"), Decimal("2"))),
        ("district__between", '["a,b", "c"]', ("a,b", "c")),
        ("opened_on__between", "2024年1月1日..2024/12/31", (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
        (
            "seen_at__between",
            "2024-01-01..2024-01-31",
            (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 31, 23, 59, 59, 999_999)),
        ),
        ("seen_at", "2024年3月1日 8:30", (dt.datetime(2024, 3, 1, 8, 30),)),
        ("opened_on", "20240301", (dt.date(2024, 3, 1),)),
        ("opened_on", "2024.3.1", (dt.date(2024, 3, 1),)),
        ("open", "是", (True,)),
        ("open", "无", (False,)),
        ("open__ne", "FALSE", (False,)),
        ("opened_on__le", "2024-02-29", (dt.date(2024, 2, 29),)),
        ("seen_at__gt", "2024-02-29", (dt.datetime(2024, 2, 29),)),
        ("seen_at__gt", "2024-02-29T08:30", (dt.datetime(2024, 2, 29, 8, 30),)),
        ("opened_on__year", "2024", (2024, 2025)),
        ("district__blank", "1", ()),
        ("amount__gt", "12.50", (Decimal("12.50"),)),
        ("amount", "12.50元", ("12.50元",)),
        ("district__in", '["a,b", "c"]', ("a,b", "c")),
        ("half__full", "x", ("x",)),
        ("half__full__contains", "x", ("x",)),
        ("_limit__eq", "x", ("x",)),
    ],
)
def test_values_are_parsed_by_the_type_of_their_column(name, text, values):
    assert asked((name, text))[0][2] == values


def test_repeated_parameters_must_all_hold():
    assert len(asked(("beds__ge", "1"), ("beds__ge", "2"), ("beds__ge", "2"))) == 2


def test_parameters_without_a_value_say_nothing():
    assert parse([("district", ""), ("beds__ge", "  "), ("_sort", ""), ("_q", "")], COLUMNS) == EVERYTHING


def test_columns_may_hold_commas():
    query = parse([("_columns", "beds,district"), ("_columns", "a,b"), ("_columns", "beds")], COLUMNS)
    assert [column.key for column in query.columns] == ["beds", "district", "a,b"]


def test_sort_descends_with_a_dash_unless_the_column_bears_one():
    query = parse([("_sort", "-beds, district"), ("_sort", "-x")], COLUMNS)
    assert [(sort.column.key, sort.descends) for sort in query.sort] == [
        ("beds", True), ("district", False), ("-x", False),
    ]  # fmt: skip


def test_words_are_split_by_blanks():
    assert parse([("_q", " 社区　服务 社区 ")], COLUMNS).words == ("社区", "服务")


@pytest.mark.parametrize(
    ("pair", "code", "params"),
    [
        (("nosuch", "1"), "unknown_column", {"column": "nosuch"}),
        (("nosuch__ge", "1"), "unknown_column", {"column": "nosuch"}),
        (("_nosuch", "1"), "unknown_parameter", {"column": "_nosuch"}),
        (("_columns", "beds,nosuch"), "unknown_column", {"column": "nosuch"}),
        (("_sort", "-nosuch"), "unknown_column", {"column": "nosuch"}),
        (("beds__near", "1"), "unknown_operator", {"column": "床位", "operator": "near", "type": "integer"}),
        (("beds__between", "1"), "value_not_range", {"column": "床位", "operator": "between", "value": "1"}),
        (("beds__between", "1,2,3"), "value_not_range", {}),
        (("beds__between", "..5"), "value_not_range", {}),
        (("beds__between", "5..1"), "range_reversed", {"value": "5..1"}),
        (("beds__between", "a..b"), "value_not_integer", {}),
        (("open__between", "0..1"), "operator_not_for_type", {"operator": "between"}),
        (("beds__ge;DROP TABLE data", "1"), "unknown_operator", {"operator": "ge;DROP TABLE data"}),
        (("beds__contains", "1"), "operator_not_for_type", {"column": "床位", "operator": "contains"}),
        (("open__gt", "1"), "operator_not_for_type", {"operator": "gt", "type": "boolean"}),
        (("district__year", "2024"), "operator_not_for_type", {"operator": "year"}),
        (("beds", "zwölf"), "value_not_integer", {"column": "床位", "operator": "eq", "value": "zwölf"}),
        (("beds", "1.5"), "value_not_integer", {}),
        (("beds", "1 OR 1=1"), "value_not_integer", {}),
        (("beds", "(SELECT max(c1) FROM data)"), "value_not_integer", {}),
        (("beds", "9" * 19), "value_not_integer", {}),
        (("beds", "1元2"), "value_not_integer", {}),
        (("area", "NaN"), "value_not_decimal", {}),
        (("area", "1e5"), "value_not_decimal", {}),
        (("open", "maybe"), "value_not_boolean", {}),
        (("opened_on", "2023-02-29"), "value_not_date", {}),
        (("opened_on", "2024"), "value_not_date", {}),
        (("opened_on", "2024-1/2"), "value_not_date", {}),
        (("opened_on", "2023年2月29日"), "value_not_date", {}),
        (("seen_at", "2024-01-01 25:00"), "value_not_datetime", {}),
        (("opened_on__year", "24"), "value_not_year", {}),
        (("opened_on__year", "0000"), "value_not_year", {}),
        (("amount__gt", "much"), "value_not_decimal", {}),
        (("district__in", "[1, {}]"), "value_not_list", {}),
        (("district__in", "[" * 100_000), "value_not_list", {}),
        (("district__in", ","), "value_count_out_of_range", {"count": 0}),
        (("district__in", ",".join("x" * 201)), "value_count_out_of_range", {"count": 201}),
        (("district__blank", "no"), "value_not_needed", {}),
        (("district", "x" * 1001), "value_too_long", {"limit": 1000}),
        (("district", "\ud800"), "value_not_text", {}),
        (("_limit", "0"), "number_out_of_range", {"least": 1, "most": 10_000, "value": "0"}),
        (("_limit", "-1"), "number_out_of_range", {}),
        (("_limit", "1e9"), "number_out_of_range", {}),
        (("_limit", "10001"), "number_out_of_range", {}),
        (("_limit", "a"), "number_out_of_range", {}),
        (("_offset", "-1"), "number_out_of_range", {}),
        (("_offset", "9" * 30), "number_out_of_range", {}),
        (("_after", "x"), "number_out_of_range", {}),
        (("_or", "1"), "or_needs_conditions", {}),
        (("_or", "_q=x"), "or_needs_conditions", {}),
        (("_or", "_or=beds%3D1"), "or_needs_conditions", {}),
        (("_or", "nosuch=1"), "unknown_column", {"column": "nosuch"}),
        (("_or", "beds=x&district=y"), "value_not_integer", {"column": "床位"}),
        (("_or", "&".join(["beds=1"] * 60)), "too_many_conditions", {"limit": 50, "count": 60}),
        (("_q", "a " * 9 + "b c d e f g h i j"), "too_many_words", {}),
    ],
)
def test_what_is_wrong_is_named(pair, code, params):
    (problem,) = problems_of(pair)
    assert problem.code == code
    assert {name: problem.params[name] for name in params} == params


def test_unknown_column_tells_the_known_ones():
    (problem,) = problems_of(("nosuch", "1"))
    assert problem.params["known"] == [column.key for column in COLUMNS]


def test_unknown_operator_tells_those_of_the_type():
    (problem,) = problems_of(("open__like", "1"))
    assert problem.params["known"] == ["eq", "ne", "in", "notin", "blank", "notblank"]


def test_all_problems_are_told_at_once():
    found = problems_of(("nosuch", "1"), ("beds", "x"), ("_limit", "0"))
    assert [problem.where for problem in found] == ["nosuch", "beds", "_limit"]


def test_too_many_parts_are_refused():
    assert problems_of(*((f"beds__{key}", str(n)) for n in range(26) for key in ("ge", "le")))[0].code == (
        "too_many_conditions"
    )
    many = [Column(index, f"k{index}", f"n{index}") for index in range(9)]
    with pytest.raises(Invalid):
        parse([("_sort", ",".join(column.key for column in many))], many)


def test_other_words_for_an_operator_mean_that_operator():
    assert asked(("district__empty", "1")) == asked(("district__blank", "1"))
    assert asked(("district__notempty", "1")) == [("district", "notblank", ())]


def test_alternatives_are_conditions_of_which_one_must_hold():
    query = parse([("_or", "district=%E7%94%B2&beds__ge=3&area="), ("_or", "beds=1"), ("open", "1")], COLUMNS)
    groups = [[(c.column.key, c.operator_key, c.values) for c in group] for group in query.alternatives]
    assert groups == [[("beds", "eq", (1,))], [("beds", "ge", (3,)), ("district", "eq", ("甲",))]]
    assert len(query.conditions) == 1 and not query.selects_all


def test_alternatives_in_another_order_are_the_same_question():
    one = parse([("_or", "beds=1&district=a"), ("_or", "area=2")], COLUMNS)
    other = parse([("_or", "area=2"), ("_or", "district=a&beds=1&beds=1")], COLUMNS)
    assert canonical(one) == canonical(other) == "_or=area%3D2&_or=beds%3D1%26district%3Da"


def test_after_and_offset_exclude_each_other():
    assert problems_of(("_after", "5"), ("_offset", "5"))[0].code == "after_with_offset"


def test_equal_questions_have_one_canonical_text():
    one = parse([("beds__ge", "5"), ("district", "甲"), ("_limit", "20")], COLUMNS)
    other = parse([("_limit", "20"), ("district__eq", "甲"), ("beds__ge", "5")], COLUMNS)
    assert canonical(one) == canonical(other) == "beds__ge=5&district=%E7%94%B2&_limit=20"
    assert canonical_filter(one) == "beds__ge=5&district=%E7%94%B2"


def test_every_operator_says_itself_in_two_languages_and_is_offered_somewhere():
    for operator in OPERATORS.values():
        assert operator.zh and operator.en and operator.sign
        assert any(operator in operators_for(column_type) for column_type in TYPES)
    assert len({operator.sign for operator in OPERATORS.values()}) == len(OPERATORS)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=300)
@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_no_parameters_whatever_do_more_than_be_refused(pairs):
    try:
        query = parse(pairs, COLUMNS)
    except Invalid as error:
        assert error.problems
    else:
        assert parse(to_pairs(query), COLUMNS) == query


NAMES = st.sampled_from([f"{c.key}__{key}" for c in COLUMNS for key in OPERATORS] + [c.key for c in COLUMNS])
VALUES = st.sampled_from(["1", "-2.5", "true", "2024-02-29", "2024", "甲,乙", '["x"]', "a b", "2024-01-01 08:00"])
RESERVED = st.sampled_from(
    [
        ("_q", "x y"),
        ("_sort", "-beds,area"),
        ("_columns", "a,b"),
        ("_limit", "7"),
        ("_after", "3"),
        ("_or", "district=a%26b&beds__ge=1"),
        ("_group", "a,b"),
        ("_group", "district,opened_on:month"),
        ("_measure", "count,sum:area,max:opened_on"),
        ("_sort", "-sum_area,district"),
    ]
)


@settings(max_examples=300)
@given(pairs=st.lists(st.one_of(st.tuples(NAMES, VALUES), RESERVED), max_size=5))
def test_understood_questions_come_back_from_their_address(pairs):
    try:
        query = parse(pairs, COLUMNS)
    except Invalid:
        return
    assert isinstance(query, Query)
    assert parse(to_pairs(query), COLUMNS) == query
