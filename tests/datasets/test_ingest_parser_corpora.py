"""The corpora of frictionless, messytables and uk_spend: each file as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import DomainError
from tests.datasets.corpora import Case, check
from tests.datasets.ingesting import read_here, understand_once

MEMBER, BBSRC = "Codice NUTS3 2021", "1011-bbsrc-25k-spend-return.csv"

FRICTIONLESS = [
    Case(
        "adjust-floating-point-error.xlsx", None, None, [1], 5, 4, "Sample Name", "actual PO4 (values)",
        {(0, 1): "60.565", (1, 1): "68.665", (1, 3): "274.66"},
    ),
    Case("ascii-notvalid.csv", "utf-8", ",", [1], 1, 3, "A", "C", {(0, 1): "ssµ", (0, 2): "ab€"}),
    Case("blank-cells.csv", "utf-8", ",", [1], 5, 2, "id", "name", {(4, 0): "5", (4, 1): None}),
    Case("blank-headers.csv", "utf-8", ",", [1], 2, 3, "id", "age", {(0, 1): "John", (1, 2): "26"}),
    Case("blank-rows-multiple.csv", "utf-8", ",", [1], 2, 3, "id", "age", {(1, 1): "Julie"}),
    Case("blank-rows.csv", "utf-8", ",", [1], 2, 3, "id", "age", {(1, 1): "Julie"}),
    Case("bom.csv", "utf-8-sig", ",", [1], 2, 2, "id", "name", {(0, 0): "1", (1, 1): "中国人"}),
    Case("defective-rows.csv", "utf-8", ",", [1], 2, 4, "id", "未命名4", {(0, 2): None, (1, 3): "Potatoes"}),
    Case("delimiter.csv", "utf-8", ";", [1], 2, 2, "id", "name", {(1, 1): "中国人"}),
    Case("doublequote.csv", "utf-8", ",", [1], 5, 17, "INCISO", "pbi", {(0, 10): None, (0, 16): ".003465"}),
    Case("duplicate-headers.csv", "utf-8", ",", [1], 2, 5, "id", "id_3", {(0, 4): "001101", (1, 2): "0"}),
    Case("duplicate-rows.csv", "utf-8", ",", [1], 3, 3, "id", "age", {(0, 1): "John", (2, 1): "John"}),
    Case(
        "encoding-issue-274.csv", "utf-8", ",", [1], 507, 17, "id", "source_url",
        {(16, 1): "Archives New Zealand Te Rua Mahara o te Kāwanatanga", (1, 15): "popular_agency"},
    ),
    Case(
        "escaping.csv", "utf-8", ",", [1], 3, 2, "ID", "Test", {(1, 1): 'Test " line 2', (2, 1): 'Test " line 3'}
    ),
    Case("invalid.csv", "utf-8", ",", [1], 3, 5, "id", "未命名5", {(1, 2): None, (2, 4): "3"}),
    # a delimiter too many at the end of every line
    Case(
        "issue-1138.csv", "utf-8", ";", [1], 7, 3, "Zeit [MEZ]", "Status",
        {(0, 0): "09.07.2013 12:00:00", (0, 2): "nicht qualitätsgesichert"},
    ),
    Case(
        "issue-1232.csv", "utf-8", ";", [1], 5, 7, "comune", "data_entrata_in_carica",
        {(0, 1): "03", (4, 4): "CAPO D'ORLANDO"},
    ),
    Case("issue-313.xlsx", None, None, [1], 2, 5, "Column_1", "Column_5", {(0, 1): "column_3_value_1", (1, 1): None}),
    # messages of several lines, JSON in cells
    Case("issue-493.csv", "utf-8", ",", [1], 9, 126, "numberOfLikes", "brandedContent", {(0, 0): "4", (1, 0): None}),
    # names of two lines, a blank name of a month
    Case(
        "issue-811.csv", "cp1252", ";", [1], 7904, 26, "Codice Regione", MEMBER,
        {(0, 5): "Agliè", (0, 4): "001001", (-1, 5): "Villaspeciosa"},
    ),
    Case(
        "issue-825.csv", "utf-8", ",", [1], 2, 3, "Musei", "2010", {(0, 1): "23.824", (1, 0): "Museo Pitrè"}
    ),
    Case("issue-844.csv", "utf-8", ",", [1], 2, 2, "nome", "età", {(0, 1): "47"}),
    Case("latin1.csv", "cp1252", ",", [1], 2, 2, "id", "name", {(1, 1): "©"}),
    Case("leading-zeros.csv", "utf-8", ",", [1], 3, 1, "value", "value", {(0, 0): "01", (2, 0): "00003"}),
    Case("long.csv", "utf-8", ",", [1], 6, 2, "id", "name", {(5, 1): "f"}),
    Case("matrix-with-comment.csv", "utf-8", ",", [2], 4, 4, "f1", "f4", {(0, 0): "11", (3, 3): "44"}),
    Case("merged-cells.xls", None, None, [1], 0, 1, "data", "data"),
    Case("merged-cells.xlsx", None, None, [1], 0, 1, "data", "data"),
    Case(
        "multiline-headers.xlsx", None, None, [1, 2, 3, 4, 5], 1, 4, "Region",
        "Cumulative impact of changes on cost of food basket_from baseline (%)", {(0, 0): "A", (0, 3): "D"},
    ),
    # a word among the numbers of people is a record with a mistake
    Case("schema-errors.csv", "utf-8", ",", [1], 4, 6, "id", "未命名6", {(2, 0): "i_should_be_a_number", (3, 1): "2"}),
    Case("sheets.xlsx", None, None, [1], 1, 2, "id", "name", {(0, 0): "1", (0, 1): "london"}),
    Case("skip-rows-before-headers.csv", "utf-8", ",", [2], 2, 2, "id", "name", {(1, 1): "中国人"}),
    Case("skip-rows.xlsx", None, None, [2], 2, 2, "A", "B", {(0, 1): "9", (1, 1): "TOTAL"}),
    Case("structure-errors.csv", "utf-8", ",", [1], 3, 6, "id", "未命名6", {(1, 1): "Julie", (2, 5): "6"}),
    Case("table-infer-iso-8859-7.csv", "iso8859_7", ",", [1], 4, 3, "id", "name", {(0, 2): "Λεωνιδας"}),
    Case("table-unicode-headers.csv", "utf-8", ",", [1], 2, 2, "id", "国人", {(1, 1): "中国人"}),
    Case("table-with-booleans.xls", None, None, [1], 2, 2, "id", "boolean", {(0, 1): "true", (1, 1): "false"}),
    Case("without-headers.csv", "utf-8", ",", [], 3, 2, "列1", "列2", {(0, 1): "english", (2, 1): "german"}),
    Case("without-rows.csv", "utf-8", ",", [1], 0, 2, "id", "name"),
]  # fmt: skip

MESSYTABLES = [
    # 865 lines, but 383 records: descriptions run over several lines
    Case(
        "characters.csv", "cp950", ",", [1], 382, 18, "id", "常用搜尋關鍵字",
        {(0, 2): "雲嘉南濱海國家風景區管理處", (1, 2): "蘆竹溝", (-1, 11): "886-6-5817547"},
    ),
    Case(
        "excel_pasting.csv", "utf-8", ",", [4], 14, 9, "Year", "2007",
        {(0, 1): "2,666", (2, 0): "Clay, ceramic and glass products", (-1, 0): "Total"},
    ),
    # one column of words in different fonts: the first of them is its name
    Case("excel_properties.xls", None, None, [1], 17, 1, "bold", "bold", {(0, 0): "italic"}),
    # lines end with CR only
    Case(
        "mixedGLB.csv", "utf-8", ",", [4], 133, 19, "Year", "SON",
        {(0, 14): "****", (0, 15): "*****", (-1, 18): "*****"},
    ),
    Case("null.csv", "utf-8", ",", [], 10, 4, "列1", "列4", {(0, 1): "null", (2, 2): None}),
    Case("simple.ssv", "utf-8", ";", [1], 6, 3, "date", "place", {(1, 1): "-1", (3, 2): "Berkeley"}),
    # blanks before a single cell are kept as they came
    Case("skip_initials.csv", "utf-8", ",", [1], 2, 2, "field1", "field2", {(0, 1): "    goodbye"}),
    Case("span_rich.xls", None, None, [1], 5, 4, "I", "f", {(0, 1): "MERGE", (-1, 3): "a"}),
    Case(
        "unicode_sheet_name.xls", None, None, [1], 0, 1,
        "this spreadsheet has got a unicode character in the sheet name",
        "this spreadsheet has got a unicode character in the sheet name",
    ),
    Case(
        "utf-16le_encoded.csv", "utf-16-le", ",", [1], 327, 19, "Organisation_code", "Discharges_from_SCT",
        {(0, 0): "5C1", (-1, 1): "St Andrews Healthcare - Nottinghamshire"},
    ),
    # notes and sources stand below a line of stars
    Case(
        "weird_head_padding.csv", "utf-8", ";", [12], 60, 10, "未命名1", "2010",
        {(1, 0): "      Gefäßchirurgie", (1, 2): "379", (-1, 9): "65"},
    ),
    Case("utf8bom.csv", "utf-8-sig", ",", [1], 0, 2, "kitten", "win"),
]  # fmt: skip

UK_SPEND = [
    # below 67 payments stand 6,572 lines of commas
    Case(
        BBSRC, "utf-8", ",", [1], 67, 9, "Department Family", "VAT Registration Number",
        {(0, 7): "47,715.95", (2, 2): "03-NOV-2010", (-1, 5): "Cable & Wireless"},
    ),
]  # fmt: skip

CASES = [
    *(("frictionless", case) for case in FRICTIONLESS),
    *(("messytables", case) for case in MESSYTABLES),
    *(("uk_spend", case) for case in UK_SPEND),
]

REFUSED = [
    ("frictionless/empty.csv", "file_is_empty"),
    ("frictionless/wide.csv", "too_many_columns"),
    ("messytables/encrypted_no_password.xls", "workbook_is_encrypted"),
    ("messytables/simple.unknown", "file_is_empty"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("folder", "case"), CASES, ids=[f"{folder}/{case.file}" for folder, case in CASES])
def test_file_is_read_as_a_person_reads_it(shared_data: Path, folder: str, case: Case) -> None:
    check(case, shared_data / "parsers" / folder)


@pytest.mark.shared
@pytest.mark.parametrize(("file", "code"), REFUSED)
def test_file_without_a_table_is_refused(shared_data: Path, file: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(shared_data / "parsers" / file)
    assert caught.value.code == code


@pytest.mark.shared
@pytest.mark.parametrize("file", ["issue-811.csv", "latin1.csv", "table-infer-iso-8859-7.csv"])
def test_encodings_before_unicode_other_than_chinese_are_a_doubt(shared_data: Path, file: str) -> None:
    reading = understand_once(shared_data / "parsers/frictionless" / file)
    assert not reading.encoding_is_certain
    assert reading.encoding_previews[0]["codec"] == reading.encoding
    assert len(reading.encoding_previews) > 1
