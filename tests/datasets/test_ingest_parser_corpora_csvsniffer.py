"""The corpus of CSVsniffer: each file as a person sees it, and the dialects that its authors wrote down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.corpora import Case, check
from tests.datasets.ingesting import understand_once

FOLDER = "parsers/csvsniffer"
BOOTS = "Men's Boots, 10\" Shearling-Lined"
PAYSCALE = "trinity-house__31-03-2015__dft_310315-Trinity-House-Organogram-ver-1-junior.csv"
SENIOR = "student_loans_company_limited-2011-09-30-organogram-senior.csv"
WINE = "Consumption April 2014 - March 2015"

CASES = [
    Case("0Al-Sn.CSV", "utf-8", ",", [], 1869, 2, "列1", "列2", {(0, 1): "74.37753", (-1, 1): "0"}),
    Case(
        "10.January_2019.csv", "utf-8", ",", [1], 53, 8, "Department Family", "Value",
        {(0, 7): "68,527.00", (-1, 2): "08//01/2019"},
    ),
    # two tables with the same header, each under its own title
    Case(
        "20170320-ePC_Data-Travel-Stationery.csv", "utf-8", ",", [3], 10, 2, "Row Labels",
        "Sum of Transaction - Billing Amount",
        {(0, 1): "9997.75", (6, 0): "Grand Total", (7, 0): "Www.Banneruk.Com", (-1, 1): "1058117.09"},
    ),
    Case(
        "Auto_Tone_sub205_over.csv", "utf-8", ",", [], 280, 8, "列1", "列8",
        {(0, 7): "0.95973685430362821", (-1, 2): "lu4-aN.wav"},
    ),
    # 30 names over 28 cells: two answers were never given
    Case(
        "Batch_3250493_batch_results.csv", "utf-8", ",", [1], 9, 30, "HITId", "Reject",
        {(0, 27): "WM23944", (-1, 28): None},
    ),
    Case("File with multi-line field.csv", "utf-8", ";", [1], 0, 3, "Field1", "F i,e,l,d ,3"),
    Case("Kokad pollen.csv", "utf-8", ";", [1], 69, 211, "Age", "Zygophyllaceae", {(0, 0): "19439.7", (-1, 1): "1"}),
    Case(
        "Mixed comma and colon - [clevercsv issue #35].csv", "utf-8", ",", [], 22, 3, "列1", "列3",
        {(0, 0): "bytearray(b'fake data')", (0, 1): "20:53:06"},
    ),
    Case(
        "Multiple commas in fields.csv", "utf-8", ";", [1], 5, 2, "id", "value",
        {(0, 1): "3,4,5", (4, 1): "15,16,17;also;that"},
    ),
    Case(
        "O18_air.csv", "utf-8", ",", [1], 1001, 2, "energy (MeV)", "n (cm2 g-1)",
        {(0, 1): "0.0", (-1, 1): "6.439605597717715e-08"},
    ),
    Case("Optional quoted fields.csv", "utf-8", ",", [1], 0, 3, "Field1", "Field;3;3;3"),
    # one record of 18 cells, four of them blank
    Case(
        "Pipe character is more frequent than the semicolon.csv", "utf-8", ";", [], 1, 14, "列1", "列14",
        {(0, 1): "Orange VUHF", (0, -1): "0.1"},
    ),
    # R wrote row names ("Org", …) and no name above them
    Case(
        "ResultsOR30x100-0.25_5.dat__m28.csv", "utf-8", ";", [1], 30, 133, "未命名1", "CompTime",
        {(0, 0): "Org", (0, -1): "60.006952047348"},
    ),
    Case(
        "ResultsOR30x100-0.50_3.dat.csv", "utf-8", ";", [1], 32, 135, "未命名1", "CompTime",
        {(1, 0): "Org_kmax_kmin"},
    ),
    Case("ResultsOR30x100-0.75_10.dat__m13.csv", "utf-8", ";", [1], 15, 118, "未命名1", "CompTime"),
    Case("ResultsOR30x250-0.75_3.dat.csv", "utf-8", ";", [1], 32, 285, "未命名1", "CompTime"),
    # behind "30" stands one more cell that holds a line break only
    Case(
        "ResultsOR30x250-0.50_1.datInfos.csv", "utf-8", ";", [1], 1, 16, "Problem Name", "D",
        {(0, 0): "OR30x250-0.50_1.dat", (0, 15): "30"},
    ),
    Case("ResultsOR30x500-0.50_6.datInfos.csv", "utf-8", ";", [1], 1, 16, "Problem Name", "D", {(0, 14): "500"}),
    Case(
        "Sun2014-Rs.csv", "utf-8", ",", [1, 2], 10, 4, "Sun2014-bp_X", "Sun2014-lg_Y", {(0, 0): "7.074370064320723"}
    ),
    Case(
        "Table embedded in the second record.csv", "utf-8", ",", [1], 3, 2, "id", "comment",
        {(0, 1): "Some table like:\nid|key|value\n1|apple|10\n2|carrot|4\n3|potatoe|5\n4|crayon|9\n5|star|3"},
    ),
    Case(
        "Wine_Cellar_Consumption_dataset_14-15.csv", "utf-8", ",", [1], 223, 4, "Country/Region", WINE,
        {(0, 2): "Riesling Wineck-Schlossberg, Meyer-Fonne 2001", (-1, 2): "Château Lynch Bages 1994"},
    ),
    Case(
        "download (10).csv", "utf-8", ",", [3], 129, 4, "userid", "Entrez Gene",
        {(2, 2): "zona pellucida binding protein"},
    ),
    # the title is a cell of two lines, hundreds of lines of commas stand around the table
    Case(
        "epcs-dwp-cmg-spend-july-2017.csv", "utf-8", ",", [5], 5, 6, "Line Number", "Description",
        {(0, 4): "£512.20", (4, 1): "21/06/2017"},
    ),
    Case(
        "file_escape_char_0x00.csv", "utf-8", ",", [1], 83, 9, "DATE", "Comments",
        {(38, 5): 'Women\'s Hunting Shoes, 10"', (-1, 5): BOOTS},
    ),
    Case(
        "file_field_delimiter_0x2C_0x20.csv", "utf-8", ",", [1], 83, 9, "DATE", "Comments",
        {(-1, 5): BOOTS, (0, 1): "00:00"},
    ),
    Case("file_header_multirow_2.csv", "utf-8", ",", [1, 2], 83, 9, "DATE", "Comments", {(-1, 5): BOOTS}),
    # the header stands there twice, the second time without its last name
    Case(
        "file_multitable_less.csv", "utf-8", ";", [1], 165, 9, "DATE", "Comments",
        {(0, 0): "28/01/2018", (83, 0): "28/01/2018", (-1, 3): "BH-1085"},
    ),
    Case("file_no_header.csv", "utf-8", ";", [], 83, 8, "列1", "列8", {(0, 0): "28/01/2018", (0, 4): "$74.69"}),
    Case("file_preamble.csv", "utf-8", ",", [3], 83, 9, "DATE", "Comments", {(0, 3): "MG-8769", (-1, 5): BOOTS}),
    Case(
        "file_record_delimiter_0xD.csv", "utf-8", ",", [1], 83, 9, "DATE", "Comments",
        {(0, 3): "MG-8769", (-1, 5): BOOTS},
    ),
    Case("hist_2000_15O.csv", "utf-8", ",", [], 80, 80, "列1", "列80", {(4, 11): "0.06535060014557544", (0, 0): "0.0"}),
    Case("mordenite-dh-2.csv", "utf-8", ";", [1], 38, 4, "T", "H", {(0, 0): "5.00", (-1, 3): "1.99284e+006"}),
    # remarks on the sources stand over the list
    Case(
        "nati-clin-audi-bowe-canc-2017-tran-main-fiel-list.csv", "utf-8", ",", [10], 48, 3, "Source", "Field Format",
        {(0, 0): None, (0, 1): "Cancer Alliance/Trust Code", (2, 0): "Table 7.1", (-1, 2): "Integer"},
    ),
    Case(
        "picasso.csv", "utf-8", "\t", [], 301, 11, "列1", "列11",
        {(0, 3): "51,47,45", (32, 7): "233,233,231", (32, 8): None},
    ),
    Case(
        "public-toilet-borough-grid.csv", "utf-8", ",", [1], 34, 18, "BOROUGH", "Website",
        {(1, 0): "Barnet", (1, 2): None, (-1, 2): "847"},
    ),
    Case(
        "row_extra_quote5_col3.csv", "utf-8", ",", [1], 83, 9, "DATE", "Comments",
        {(4, 3): '"CC-9259', (4, 5): "Throw Pillow, Wooden Paddles"},
    ),
    # DATE and TIME have lost their comma: nothing tells which name is missing
    Case("row_less_sep_row0_col1.csv", "utf-8", ",", [1], 83, 8, "DATETIME", "Comments", {(0, 0): "28/01/2018"}),
    Case(
        "row_more_sep_row5_col6.csv", "utf-8", ",", [1], 83, 9, "DATE", "Comments",
        {(4, 6): None, (4, 8): "https://www.example.com/product/CC_9259.html"},
    ),
    Case(
        SENIOR, "utf-8", ",", [1], 8, 18, "Post Unique Reference", "Valid?",
        {(0, 1): "Ed Lester", (0, 8): "0141 306 2000"},
    ),
    Case(
        PAYSCALE, "utf-8", ",", [1], 127, 10, "Parent Department", "Professional/Occupational Group",
        {(0, 8): "4.00", (-1, 7): "RRNAV Manager"},
    ),
    Case("wairakite-dh.csv", "utf-8", ";", [1], 33, 4, "T", "H", {(0, 0): "5.00", (-1, 3): "207448"}),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_file_is_read_as_a_person_reads_it(shared_data: Path, case: Case) -> None:
    check(case, shared_data / FOLDER)


DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@pytest.mark.shared
def test_delimiters_are_those_that_the_authors_wrote_down(shared_data: Path) -> None:
    """All annotations hold, by eye too. "ascii" there is read as UTF-8 here, which is the same."""
    lines = (shared_data / FOLDER / "_Dialect_annotations.txt").read_text("utf-8").splitlines()[1:]
    annotated = {line.split("|")[0]: DELIMITERS[line.split("|")[2]] for line in lines}
    found = {case.file: case.delimiter for case in CASES}
    assert found == annotated


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "code", "count"),
    [
        ("file_escape_char_0x00.csv", "stray_quotes", 6),
        ("row_extra_quote5_col3.csv", "stray_quotes", 1),
        ("row_more_sep_row5_col6.csv", "rows_are_long", 1),
        ("picasso.csv", "no_header", None),
    ],
)
def test_what_is_odd_is_said(shared_data: Path, file: str, code: str, count: int | None) -> None:
    reading = understand_once(shared_data / FOLDER / file)
    assert [warning["params"].get("count") for warning in reading.warnings if warning["code"] == code] == [count]
