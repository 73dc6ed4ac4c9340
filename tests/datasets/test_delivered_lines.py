"""Lines that are taken as they were delivered: which files they can be taken from, and that nothing differs for it."""

from __future__ import annotations

import hashlib

import pytest

from datasets.formats.delivered_lines import NotCanonical, delivered_lines
from datasets.ingest import pipeline, text_file
from datasets.ingest.child import handle
from datasets.ingest.reading import ReadOptions
from datasets.rowfile import RowFile, row_file_of


def read(tmp_path, content: bytes, rows: int) -> bytes:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    return b"".join(delivered_lines(path, row_count=rows))


@pytest.mark.parametrize(
    "content",
    [b"a,b\n1,2\n,4\n", b"a,b\n1,2\n,4", b"a,b\r\n1,2\r\n,4\r\n", b"a,b\r\n1,2\r\n,4", b"\xef\xbb\xbfa\n1,2\n,4"],
)
def test_lines_behind_the_first_end_with_crlf(tmp_path, content):
    assert read(tmp_path, content, 2) == b"1,2\r\n,4\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\n1,"2"\n3,4\n',
        b'a,"b"\n1,2\n3,4\n',
        b"a,b\r\n1,2\n3,4\r\n",
        b"a,b\n1,2\r\n3,4\n",
        b"a,b\n1,\r2\n3,4\n",
        b"a\r,b\n1,2\n3,4\n",
        b"a,b\r\n1,\r2\r\n3,4\r\n",
        b"a,b\r1,2\r3,4\r",
        b"a,b\n1,2\n\n3,4\n",
        b"a,b\n1,2\n",
        b"a,b",
    ],
    ids=repr,
)
def test_other_writings_are_refused(tmp_path, content):
    with pytest.raises(NotCanonical):
        read(tmp_path, content, 2)


def test_pieces_are_whole_lines_however_long_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.formats.delivered_lines.CHUNK_BYTES", 7)
    path = tmp_path / "in.csv"
    path.write_bytes("甲,乙\n".encode() + "一,二\n".encode() * 5)
    pieces = list(delivered_lines(path, row_count=5))
    assert pieces == ["一,二\r\n".encode()] * 5


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.formats.delivered_lines.LONGEST_LINE", 4)
    monkeypatch.setattr("datasets.formats.delivered_lines.CHUNK_BYTES", 4)
    with pytest.raises(NotCanonical):
        read(tmp_path, b"a,b\n0123456789\n", 1)


TABLES = {
    "plain": "编号,数量,日期\n007,1,2024-02-29\n008,,2024-03-01\n009,3,\n",
    "crlf, no last end": "编号,数量\r\n007,1\r\n008,2",
    "a formula": "编号,说明\n007,=1+1\n008,二\n",
    "a quoted cell": '编号,说明\n007,"一,二"\n008,三\n',
    "a blank cell of blanks": "编号,说明\n007, \n008,三\n",
    "a blank row": "编号,说明\n007,一\n,\n008,三\n",
    "an empty line": "编号,说明\n007,一\n\n008,三\n",
    "a title": "某某表,\n编号,说明\n007,一\n008,三\n009,四\n",
    "a column without a name and cells": "编号,说明,\n007,一,\n008,三,\n",
    "a quoted header": '"编号","说明"\n007,一\n008,三\n',
    "semicolons": "编号;说明\n007;一\n008;三,四\n",
}
TAKEN = {"plain", "crlf, no last end", "a formula"}


@pytest.mark.parametrize("name", TABLES)
def test_taking_the_delivered_lines_changes_nothing(name, tmp_path, monkeypatch):
    """Digests, size and rows are the same with and without; the fast ways are tried from the first byte on."""
    path = tmp_path / "in.csv"
    path.write_bytes(TABLES[name].encode())
    monkeypatch.setattr(text_file, "FAST_BYTES", 0)
    monkeypatch.chdir(tmp_path)
    found = []
    made = pipeline.digest_csv
    for way in ("taken", "made"):
        calls: list[object] = []
        monkeypatch.setattr(pipeline, "digest_csv", lambda *a, c=calls, **k: c.append(a) or made(*a, **k))
        if way == "made":
            monkeypatch.setattr(pipeline.Delivery, "has_all_cells", False)
        store = tmp_path / f"{way}.duckdb"
        request = {"path": str(path), "row_store": str(store), "options": ReadOptions().as_dict()}
        reading = handle(request, lambda step: None)
        assert bool(calls) == (way == "made" or name not in TAKEN)
        file = RowFile(row_file_of(store))
        found.append(([reading[key] for key in ("content_sha256", "csv_sha256", "csv_byte_size")], cells(file)))
        file.close()
    assert found[0] == found[1]


def cells(file: RowFile) -> list[list[str | None]]:
    return file.cells(list(range(1, file.row_count + 1)), list(range(file.columns)))


def test_the_digest_is_that_of_the_canonical_text(tmp_path, monkeypatch):
    path, store = tmp_path / "in.csv", tmp_path / "out.duckdb"
    path.write_bytes("编号,说明\n007,=1\n008,二\n".encode())
    monkeypatch.setattr(text_file, "FAST_BYTES", 0)
    monkeypatch.chdir(tmp_path)
    reading = handle(
        {"path": str(path), "row_store": str(store), "options": ReadOptions().as_dict()}, lambda step: None
    )
    public = "\ufeff编号,说明\r\n007,'=1\r\n008,二\r\n".encode()
    assert reading["content_sha256"] == hashlib.sha256("编号,说明\r\n007,=1\r\n008,二\r\n".encode()).hexdigest()
    assert (reading["csv_sha256"], reading["csv_byte_size"]) == (hashlib.sha256(public).hexdigest(), len(public))
