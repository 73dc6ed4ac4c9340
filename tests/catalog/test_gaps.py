"""The rules that metadata must keep before it is submitted, and the cleaning of what people type."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from catalog.field_values import parse_fields, parse_items
from catalog.fields import DEFAULTS, FIELDS, GROUPS, ITEM_FIELDS, REVISION_FIELDS
from catalog.gaps import check_revision, completeness, list_gaps
from catalog.models import DataItem, Revision
from catalog.vocabularies import VOCABULARIES
from tests.catalog.lifecycle import FIELDS as GOOD
from tests.catalog.lifecycle import ITEMS


def values(**changes: Any) -> dict[str, Any]:
    parsed, problems = parse_fields({**GOOD, "license": "portal-open", **changes})
    assert problems == []
    return parsed


def items(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    parsed, problems = parse_items([*ITEMS, *changes])
    assert problems == []
    return parsed


def test_a_complete_entry_has_no_gaps() -> None:
    assert check_revision(values(), items()) == []


CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    # what is different from a complete entry → the problems
    ({"title": ""}, []),
    ({"summary": ""}, [("summary", "required_missing")]),
    ({"domain": None}, [("domain", "required_missing")]),
    ({"contact_phone": ""}, [("contact_phone", "contact_missing")]),
    ({"contact_phone": "", "contact_email": "mz@hsg.gov.cn"}, []),
    ({"contact_phone": "0714-6250001、0714-6250002 转 8"}, []),
    ({"contact_phone": "请到一楼咨询"}, [("contact_phone", "bad_phone")]),
    ({"contact_email": "mz@@hsg"}, [("contact_email", "bad_email")]),
    ({"open_type": "conditional"}, [("open_condition", "required_missing")]),
    ({"open_type": "closed"}, [("closed_basis", "required_missing"), ("closed_basis_text", "required_missing")]),
    (
        {"open_type": "closed", "closed_basis": "state_secret", "closed_basis_text": "涉密！！！！！！"},
        [("closed_basis_text", "basis_too_blanket")],
    ),
    (
        {"open_type": "closed", "closed_basis": "state_secret", "closed_basis_text": "保守国家秘密法第十三条第二项"},
        [],
    ),
    ({"share_type": "conditional"}, [("share_condition", "required_missing")]),
    ({"share_type": "none", "share_method": ""}, [("share_condition", "required_missing")]),
    ({"share_method": ""}, [("share_method", "required_missing")]),
    ({"update_cycle": "static"}, [("cycle_reason", "required_missing")]),
    ({"has_personal_info": "是"}, [("masking_note", "required_missing")]),
    (
        {"format_category": "database"},
        [("format_type", "format_pair_mismatch"), ("share_method", "share_method_unfit")],
    ),
    ({"format_category": "database", "format_type": "mysql", "share_method": "interface"}, []),
    ({"source_system": "黄石港区 社区居委会名录"}, [("title", "title_is_system_name")]),
    ({"class_code": "3060"}, [("class_code", "class_code_short")]),
    ({"temporal_start": "2026-01-02", "temporal_end": "2026-01-01"}, [("temporal_end", "period_reversed")]),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_each_rule_names_its_field(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    if changes == {"title": ""}:
        assert [(p.where, p.code) for p in parse_fields(changes)[1]] == [("title", "required_missing")]
        return
    assert [(p.where, p.code) for p in check_revision(values(**changes), items())] == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"name": "备注"}, [("items.4.type", "required_missing")]),
        ({"name": "户数", "type": "I"}, [("items.4.name", "item_repeats")]),
        ({"name": "户数2", "type": "I", "field_name": "HOUSEHOLDS"}, [("items.4.field_name", "item_repeats")]),
        ({"name": "密", "type": "C", "sensitivity": "state_secret"}, [("items.4.is_open", "item_secret_open")]),
        ({"name": "密", "type": "C", "sensitivity": "state_secret", "is_open": False}, []),
        (
            {"name": "名", "type": "C", "sensitivity": "personal_privacy"},
            [("items.4.masking", "item_private_unmasked")],
        ),
        ({"name": "名", "type": "C", "sensitivity": "personal_privacy", "masking": "mask"}, []),
    ],
)
def test_each_rule_of_data_items_names_row_and_field(item: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(p.where, p.code) for p in check_revision(values(), items(item))] == expected


def test_an_entry_has_at_least_one_data_item() -> None:
    assert list_gaps(values(), []) == ["items"]


def test_completeness_rises_with_what_is_filled_in() -> None:
    bare = parse_fields({"title": "公厕"})[0]
    assert completeness(bare, []) == 5
    assert completeness(values(), items()) == 73
    full = values(
        provider_unit="基层政权科",
        contact_name="值班室",
        region_code="420202",
        temporal_start="2026-01-01",
        data_level="level_1",
    )
    assert completeness(full, items()) == 100


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        ("title", "　黄石港区\t社区  名录（２０２３）\n", "黄石港区 社区 名录(2023)"),
        ("title", "名\u202e录\x00", "名录"),
        ("summary", "第一行 \r\n第二行，全角标点不变\n", "第一行\n第二行，全角标点不变"),
        ("summary", None, ""),
        ("tags", "社区，居委会; 社区、\n", ["社区", "居委会"]),
        ("tags", None, []),
        ("temporal_start", "2026-07-01", dt.date(2026, 7, 1)),
        ("temporal_start", " ", None),
        ("has_personal_info", "是", True),
        ("has_personal_info", "", False),
        ("domain", "", None),
        ("license", "", "portal-open"),
        ("contact_email", " mz@hsg.gov.cn ", "mz@hsg.gov.cn"),
    ],
)
def test_what_is_typed_is_cleaned(field: str, given: Any, stored: Any) -> None:
    assert parse_fields({field: given}) == ({field: stored}, [])


@pytest.mark.parametrize(
    ("item", "where", "code"),
    [
        ({"name": "", "type": "C"}, "items.1.name", "required_missing"),
        ({"name": "甲", "type": "字符"}, "items.1.type", "not_in_vocabulary"),
        ({"name": "甲", "length": "约300条"}, "items.1.length", "not_a_number"),
        ({"name": "甲", "length": -1}, "items.1.length", "not_a_number"),
        ({"name": "甲", "field_name": "1st"}, "items.1.field_name", "bad_field_name"),
        ({"name": "甲", "field_name": "a__b"}, "items.1.field_name", "bad_field_name"),
        ({"name": "甲", "field_name": "_limit"}, "items.1.field_name", "bad_field_name"),
        ({"name": "甲", "secret": "x"}, "items.1.secret", "unknown_field"),
        ({"name": "甲", "is_open": "也许"}, "items.1.is_open", "not_yes_or_no"),
    ],
)
def test_data_items_name_row_and_field_of_a_fault(item: dict[str, Any], where: str, code: str) -> None:
    assert [(p.where, p.code) for p in parse_items([item])[1]] == [(where, code)]


def test_empty_rows_of_data_items_are_left_out() -> None:
    parsed, problems = parse_items([{"name": " ", "is_open": True}, {"name": "甲", "type": "C"}, {}])
    assert ([item["name"] for item in parsed], problems) == (["甲"], [])
    assert (parsed[0]["is_open"], parsed[0]["is_primary_key"]) == (True, False)


def test_too_many_data_items_are_refused() -> None:
    assert [p.code for p in parse_items([{"name": f"列{n}"} for n in range(2001)])[1]] == ["too_many_items"]


def test_no_text_makes_the_checks_slow() -> None:
    hostile = ["1 " * 32, "0" * 64, "a@" + "a-" * 120, ("a." * 120) + "@", "1-1-1-1-" * 8 + "x"]
    began = time.perf_counter()
    for text in hostile:
        check_revision(values() | {"contact_phone": text, "contact_email": text}, items())
    assert time.perf_counter() - began < 0.5


def test_the_tables_of_fields_fit_tables_and_vocabularies() -> None:
    columns, item_columns = Revision.__table__.columns, DataItem.__table__.columns
    assert set(REVISION_FIELDS) <= set(columns.keys())
    assert set(ITEM_FIELDS) <= set(item_columns.keys())
    for field in (*FIELDS.values(), *ITEM_FIELDS.values()):
        assert field.zh and field.en
        assert field.group in GROUPS
        assert field.vocabulary is None or field.vocabulary in VOCABULARIES, field.name
        for other, allowed in field.required_if:
            vocabulary = FIELDS[other].vocabulary
            assert vocabulary is None or all(code in VOCABULARIES[vocabulary] for code in allowed)
        table = item_columns if field.owner == "item" else columns
        length = getattr(table[field.name].type, "length", None) if field.owner != "entry" else None
        if length is not None and field.kind == "text":
            assert field.max_length is not None and field.max_length <= length, field.name
    assert DEFAULTS["license"] in VOCABULARIES["license"]
