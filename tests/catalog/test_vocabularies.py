"""Vocabularies: every term found by any spelling, in both languages, from the lists of the city and other portals."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catalog.models.entries import ENTRY_STATES, RESOURCE_KINDS, REVISION_STATES
from catalog.vocabularies import SHARE_METHODS_OF_CATEGORY, VOCABULARIES, Term, Vocabulary, label, simplify
from datasets.models import VERSION_STATES

DOMAIN = VOCABULARIES["domain"]
CYCLE = VOCABULARIES["update_cycle"]


@pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=lambda vocabulary: vocabulary.name)
def test_every_term_is_found_by_its_code_and_both_labels(vocabulary: Vocabulary) -> None:
    for term in vocabulary.terms:
        assert vocabulary.get(term.code) is term
        for spelling in (term.code, term.zh, term.en, *term.aliases):
            assert vocabulary.find(spelling) is term, spelling
        assert term.zh
        assert term.en


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("open_type", " 无条件 开放 ", "unconditional"),
        ("open_type", "有条件开放（）", "conditional"),
        ("open_type", "依申请开放", "conditional"),
        ("item_type", "字符型 C", "C"),
        ("item_type", "Ｃ", "C"),
        ("item_type", "VARCHAR", "C"),
        ("update_cycle", "每 3 月", "quarterly"),
        ("update_cycle", "每天", "daily"),
        ("update_cycle", "静态数据", "static"),
        ("format_type", "XLSX", "xlsx"),
        ("format_type", "达梦", "dm"),
        ("domain", "市场监管", "market"),
        ("domain", "地名地址", "geography"),
        ("domain", "文化旅游", "education"),
        ("industry", "公共管理、社会保障和社会组织", "S"),
        ("share_method", "API", "interface"),
    ],
)
def test_a_spelling_from_a_real_sheet_is_understood(name: str, typed: str, code: str) -> None:
    found = VOCABULARIES[name].find(typed)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("typed", ["", None, "  ", "每俩月", "每 121 日", "每 null null", "3"])
def test_what_is_not_in_the_list_is_not_guessed(typed: str | None) -> None:
    assert CYCLE.find(typed) is None


def test_a_misspelling_gets_a_suggestion_but_nonsense_does_not() -> None:
    suggestion = CYCLE.suggest("每季渡")
    assert suggestion is not None
    assert suggestion.code == "quarterly"
    assert CYCLE.suggest("zzzzzz") is None


def test_a_domain_that_two_lists_cut_differently_is_left_to_a_person() -> None:
    assert DOMAIN.find("教育科技") is None


def test_labels_come_in_both_languages_and_unknown_codes_show_themselves() -> None:
    assert label("open_type", "closed") == "不予开放"
    assert label("open_type", "closed", "en") == "Not open"
    assert label("open_type", "removed-code") == "removed-code"
    assert label("open_type", None) == ""


def test_format_types_depend_on_their_category() -> None:
    types = VOCABULARIES["format_type"]
    assert {term.parent for term in types.terms} == set(VOCABULARIES["format_category"].codes)
    assert types.labels(parent="database")[:4] == ["mysql", "oracle", "dm", "kingbase"]
    assert set(SHARE_METHODS_OF_CATEGORY) == set(VOCABULARIES["format_category"].codes)


def test_a_spelling_claimed_by_two_terms_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="means both"):
        Vocabulary("x", "甲", "X", (Term("a", "甲", "A"), Term("b", "乙", "B", ("甲 ",))))


def test_states_are_those_of_the_tables() -> None:
    assert VOCABULARIES["entry_state"].codes == ENTRY_STATES
    assert VOCABULARIES["revision_state"].codes == REVISION_STATES
    assert VOCABULARIES["version_state"].codes == VERSION_STATES
    assert VOCABULARIES["resource_kind"].codes == RESOURCE_KINDS


def test_codes_fit_the_columns_that_hold_them() -> None:
    assert (
        max(len(code) for name in ("share_method", "open_type", "source_kind") for code in VOCABULARIES[name].codes)
        <= 20
    )
    assert all(len(code) <= 2 for code in VOCABULARIES["item_type"].codes)


def test_spellings_are_compared_without_blanks_punctuation_and_width() -> None:
    assert simplify("　更新 周期：") == simplify("更新周期") == "更新周期"


@pytest.mark.shared
def test_the_lists_of_the_city_portal_carry_the_same_numbers(shared_data: Path) -> None:
    with (shared_data / "catalogs" / "huangshi_portal_classes.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for kind, name in (("行业", "domain"), ("领域", "topic")):
        city = {row["name"]: int(row["code"]) for row in rows if row["list"] == kind}
        assert {term.zh: term.city_code for term in VOCABULARIES[name].terms} == city


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "name", "share"),
    [
        ("update_frequency.csv", "update_cycle", 0.99),
        ("open_type.csv", "open_type", 0.85),
        ("theme.csv", "domain", 0.7),
    ],
)
def test_most_values_of_ten_portals_are_understood(shared_data: Path, file: str, name: str, share: float) -> None:
    with (shared_data / "catalogs" / "vocabularies_derived" / file).open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["value"], int(row["entries"])) for row in csv.DictReader(lines)]
    understood = sum(count for value, count in rows if VOCABULARIES[name].find(value))
    assert understood / sum(count for _, count in rows) >= share
