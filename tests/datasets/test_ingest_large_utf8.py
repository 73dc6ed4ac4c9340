"""Large files are read as UTF-8 before their encoding is known: nothing may come of that but speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import Invalid
from datasets.ingest import text_file
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here

ROWS = 4000
"""More than the records that must be regular before DuckDB's reader is tried."""
NOT_UTF8 = [
    b"\xff", b"\x80", b"\xe4\xb8", b"\xed\xa0\x80", b"\xc0\x80", b"\xe0\x80\xaf", b"\xf0\x82\x82\xac",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80",
]  # fmt: skip
"""Lone, cut, overlong, surrogate and too high: what Unicode (table 3-7) and Python refuse."""


def lines(encoding: str = "utf-8") -> list[bytes]:
    return [f"{number},街道{number},沈家营街道的居民委员会".encode(encoding) for number in range(ROWS)]


def both_ways(path: Path, monkeypatch: pytest.MonkeyPatch, options: ReadOptions | None = None) -> list[object]:
    """What a reading says, or the refusal, with the fast way and without."""
    told: list[object] = []
    for fast_bytes in (0, 1 << 40):
        monkeypatch.setattr(text_file, "FAST_BYTES", fast_bytes)
        try:
            told.append(_facts(read_here(path, options)))
        except Invalid as error:
            told.append((error.code, error.params))
    return told


def _facts(reading: Reading) -> dict[str, object]:
    return {key: value for key, value in reading.as_dict().items() if key != "profile"}


def join(records: list[bytes]) -> bytes:
    return b"\n".join(["序号,街道,说明".encode(), *records]) + b"\n"


@pytest.mark.parametrize("broken", NOT_UTF8, ids=repr)
@pytest.mark.parametrize("place", ["cell", "quoted cell", "last sign of the file"])
def test_broken_bytes_are_refused_at_their_place(broken, place, tmp_path, monkeypatch):
    records = lines()
    at = ROWS - 1 if place.startswith("last") else 3000
    text = b"x" + broken + b"y" if place == "cell" else b'"x' + broken + b'y"'
    records[at] = b"1,2," + (b"x" + broken if place.startswith("last") else text)
    path = tmp_path / "in.csv"
    path.write_bytes(join(records)[:-1])
    fast, slow = both_ways(path, monkeypatch)
    assert fast == slow
    code, params = fast
    assert code == "text_is_damaged"
    assert (params["line"], params["column"]) == (at + 2, 7 if place == "quoted cell" else 6)


@pytest.mark.parametrize(
    ("content", "codec"),
    [
        (join(lines()), "utf-8"),
        (b"\xef\xbb\xbf" + join(lines()), "utf-8-sig"),
        (join([b"1,a,b"] * ROWS), "utf-8"),
        ("序号,街道,说明\n".encode("gb18030") + b"\n".join(lines("gb18030")) + b"\n", "gb18030"),
        (b"a,b,c\n" + b"1,2,3\n" * 50_000 + b"\n".join(lines("gb18030")) + b"\n", "gb18030"),
        (b"\n".join(lines()).decode().encode("utf-16"), "utf-16-le"),
        ("\n".join(["a,b,c"] * ROWS).encode("utf-16-be"), "utf-16-be"),
        (b"a,b,c\n" + b"1,2,3\n" * ROWS + "停业,联通,停业\n".encode("gb18030"), "gb18030"),
    ],
    ids=["utf-8", "with BOM", "ASCII", "GB18030", "GB18030 far down", "UTF-16", "bare UTF-16", "停业"],
)
def test_the_encoding_is_the_same_as_for_small_files(content, codec, tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    fast, slow = both_ways(path, monkeypatch)
    assert fast == slow
    assert fast["encoding"] == codec


def test_nul_and_lost_characters_are_told_as_ever(tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    path.write_bytes(join([*lines(), b"1,\x00,2"]))
    assert both_ways(path, monkeypatch) == [("text_contains_nul", {})] * 2
    path.write_bytes(join([*lines(), "1,\ufffd\ufffd,2".encode()]))
    fast, slow = both_ways(path, monkeypatch)
    assert fast == slow
    assert [(item["code"], item["params"]) for item in fast["warnings"]] == [("replacement_characters", {"count": 2})]
