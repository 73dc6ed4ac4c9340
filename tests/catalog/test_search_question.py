"""A search string is taken apart into pieces to look for, and never into syntax."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.highlight import highlight
from catalog.search.normalise import key_of, normalise
from catalog.search.question import MAX_TERMS, parse_question
from catalog.search.sounds import sounds_of
from catalog.search.tokens import index_tokens, question_tokens

HOSTILE = [
    "?????" * 20,
    "*a*" * 50,
    "w~9",
    "[a TO z]",
    "*" * 5000,
    "((((" * 1250,
    "NOT " * 3000,
    "a" * 1_000_000,
    "数据" * 20_000,
    "信息 " * 5000,
    " AND OR NOT title:信息^9",
    '"' * 999,
    "\x00\x01\ud800\uffff",
    "%_%' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202e\u200f\u0301" * 300,
    "ﷺ" * 100,
    "𠀀𠀁𠀂",
    "👩‍👩‍👧‍👦" * 50,
    "",
    "   ",
    "。，、",
]


def texts(question: str) -> list[str]:
    """The runs of a question."""
    return [term.text for term in parse_question(question).terms]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("公积金", ["公积金"]),
        ("  民政局　社会组织 ", ["民政局", "社会组织"]),
        ("ＰＭ２．５", ["pm2", "5"]),
        ("醫療衛生", ["医疗卫生"]),
        ("enterprise_name", ["enterprise", "name"]),
        ("学校，学校;学校", ["学校"]),
        ("title:信息", ["title", "信息"]),
        ("2023年", ["2023年"]),
        ("", []),
        ("*?~", []),
    ],
)
def test_question_falls_into_runs(question: str, expected: list[str]) -> None:
    assert texts(question) == expected


def test_long_run_knows_its_words() -> None:
    (term,) = parse_question("黄石港区公共厕所分布").terms
    assert [word.text for word in term.words] == ["黄石港区", "公共厕所", "分布"]


def test_long_word_knows_the_words_inside() -> None:
    (term,) = parse_question("居民身份证").terms
    assert [word.text for word in term.words] == ["居民", "身份证"]


@pytest.mark.parametrize("question", ["数据", "的", "查询", "a"])
def test_words_that_say_little_are_weak(question: str) -> None:
    assert parse_question(question).terms[0].is_weak


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_question_is_cut_and_quick(question: str) -> None:
    parse_question("预热词典")
    started = time.process_time()
    parsed = parse_question(question)
    assert time.process_time() - started < 0.1
    assert len(parsed.terms) <= MAX_TERMS
    assert sum(1 for term in parsed.terms for _ in term.leaves()) <= 2 * MAX_TERMS
    assert parsed.is_cut or len(question) <= 100


def test_question_beyond_sixteen_words_is_cut_and_says_so() -> None:
    parsed = parse_question(" ".join(f"词{number}" for number in range(20)))
    assert len(parsed.terms) == MAX_TERMS
    assert parsed.is_cut


@given(st.text(max_size=200))
def test_any_text_can_be_a_question(text: str) -> None:
    parsed = parse_question(text)
    for piece in parsed.texts:
        assert question_tokens(piece)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=2, max_size=30), st.data())
def test_any_part_of_a_run_is_covered_by_its_tokens(text: str, data: st.DataObject) -> None:
    tokens = index_tokens([text], with_singles=False)
    for run in key_of(text).split():
        if len(run) < 2:
            continue
        start = data.draw(st.integers(0, len(run) - 2))
        stop = data.draw(st.integers(start + 2, len(run)))
        assert set(question_tokens(run[start:stop])) <= tokens


def test_normalising_twice_changes_nothing() -> None:
    for text in ("臺灣ＡＢＣ", "乾隆", "İstanbul", "①②", "ﬁn"):
        assert normalise(normalise(text)) == normalise(text)


def test_title_sounds_like_its_initials_and_its_pinyin() -> None:
    assert sounds_of("住房公积金2023") == ["zfgjj", "zhufanggongjijin"]


@pytest.mark.parametrize(
    ("text", "terms", "marked"),
    [
        ("住房公积金缴存", ["公积金"], ["公积金"]),
        ("臺灣醫療機構", ["医疗"], ["醫療"]),
        ("ＰＭ２．５ 与 pm10", ["pm"], ["ＰＭ", "pm"]),
        ("企业信用信息", ["企业信用", "信用信息"], ["企业信用信息"]),
        ("没有", ["公积金"], []),
        ("aaa", ["aa"], ["aaa"]),
        ("<b>厕所</b>", ["厕所"], ["厕所"]),
        ("", ["x"], []),
    ],
)
def test_what_was_looked_for_is_marked(text: str, terms: list[str], marked: list[str]) -> None:
    pieces = highlight(text, terms)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_marked in pieces if is_marked] == marked


def test_long_text_is_cut_around_what_was_found() -> None:
    text = "甲" * 300 + "公共厕所" + "乙" * 300
    pieces = highlight(text, ["公共厕所"], width=80)
    shown = "".join(piece for piece, _ in pieces)
    assert shown.startswith("…甲") and shown.endswith("乙…")
    assert len(shown) == 82
    assert ("公共厕所", True) in pieces


def test_cut_text_without_a_find_shows_its_beginning() -> None:
    assert highlight("abcdefgh", ["x"], width=3) == [("abc", False), ("…", False)]


@given(st.text(max_size=60), st.lists(st.text(max_size=4), max_size=3))
def test_marked_pieces_always_give_the_text_again(text: str, terms: list[str]) -> None:
    assert "".join(piece for piece, _ in highlight(text, terms)) == text
