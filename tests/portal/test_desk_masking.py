"""The page of a delivered file: personal data is masked by choice, and every choice survives another reading."""

from __future__ import annotations

import io
import re
import tempfile
import uuid
from pathlib import Path

import pytest
import xlsxwriter
from werkzeug.datastructures import MultiDict

from datasets.ingest.intakes import get_intake
from datasets.ingest.reading import Reading, ReadOptions
from portal.pages.desk_read_form import option_fields, parse_options
from tests.datasets.ingesting import read_here
from tests.portal.workspace import District, plain

CARDS = ("11010519491231002X", "420202199001011231")
"""The example of GB 11643, and one made up: the check digits are right."""
PEOPLE = f"社区名称,证件,户数\n示例社区一,{CARDS[0]},1200\n示例社区二,{CARDS[1]},950\n"


def _reading(district: District, address: str) -> Reading:
    with district.house.database.reading() as session:
        intake = get_intake(session, uuid.UUID(address.rpartition("/")[2]))
    assert intake.reading is not None, intake.problem
    return Reading.from_dict(intake.reading)


def _source(district: District, address: str) -> str:
    return district.people["editor"].get(address).get_data(as_text=True)


def _form(page: str, holding: str) -> MultiDict[str, str]:
    """The fields of the form with this control, as a browser sends them unchanged."""
    forms = [found for found in re.findall(r"<form.*?</form>", page, re.S) if holding in found]
    assert len(forms) == 1, (holding, len(forms))
    sent: MultiDict[str, str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", forms[0]):
        kind, is_checked = re.search(r'type="(\w+)"', tag), " checked" in tag
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (is_checked or (kind and kind[1] not in ("checkbox", "radio"))):
            sent.add(name[1], value[1] if value else "")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', forms[0], re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent.add(name, chosen[1] if chosen else "")
    return sent


def _send(district: District, address: str, form: MultiDict[str, str]) -> None:
    form.pop("csrf_token", None)
    person = district.people["editor"]
    answer = person.client.post(
        f"{address}/reading", data=MultiDict([("csrf_token", person.find_token()), *form.items(multi=True)])
    )
    assert answer.status_code == 303, plain(answer)[-300:]


def test_a_method_is_chosen_with_its_effect_in_sight_and_the_file_can_be_confirmed(district: District) -> None:
    name = district.entry()
    address = district.upload(name, PEOPLE.encode())
    page = _source(district, address)
    assert "2 个身份证号" in plain(page)
    assert f"<code>110105{'*' * 12}</code>" in page  # the region stays, nothing else
    assert not any(card in page for card in CARDS)
    form = _form(page, 'name="also_method"')
    assert (form["mask_column"], form["mask_method-0"]) == ("证件", "mask")  # the usual method stands ticked
    _send(district, address, form)
    masked = plain(_source(district, address))
    assert "发现个人信息，不能公开" not in masked
    assert "已选：掩码" in masked and "现在公布为： 110105************" in masked
    assert district.people["editor"].post(f"{address}/confirm").status_code == 303
    version = district.resources(name)[0].pending
    rows = district.people["editor"].get(f"/desk/entries/{name}/version/{version.id}").get_data(as_text=True)
    assert "110105************" in rows and CARDS[0] not in rows
    assert not version.is_original_public


def test_removed_column_is_nowhere_and_can_be_asked_back(district: District) -> None:
    address = district.upload(district.entry(), PEOPLE.encode())
    _send(district, address, MultiDict([("mask_column", "证件"), ("mask_method-0", "remove")]))
    assert [column.name for column in _reading(district, address).columns] == ["社区名称", "户数"]
    assert "已选：删除" in plain(_source(district, address))
    form = _form(_source(district, address), 'name="also_method"')
    assert form["mask_method-0"] == "remove"
    form["mask_method-0"] = ""
    _send(district, address, form)
    assert [column.name for column in _reading(district, address).columns] == ["社区名称", "证件", "户数"]
    assert "发现个人信息，不能公开" in plain(_source(district, address))


def test_columns_without_a_finding_are_ticked_and_all_get_the_one_method(district: District) -> None:
    address = district.upload(district.entry(), PEOPLE.encode())
    form = _form(_source(district, address), 'name="also_method"')
    form.setlist("also", ["社区名称", "户数"])
    form["also_method"], form["mask_method-0"] = "generalise", "remove"
    _send(district, address, form)
    reading = _reading(district, address)
    assert reading.recipe.options().masking == {"证件": "remove", "社区名称": "generalise", "户数": "generalise"}
    assert reading.preview == [["示*", "1000~1999"], ["示*", "900~999"]]


def test_masking_stays_when_something_else_is_read_differently(district: District) -> None:
    address = district.upload(district.entry(), f"表一\n{PEOPLE}".encode())
    _send(district, address, MultiDict([("mask_column", "证件"), ("mask_method-0", "mask")]))
    form = _form(_source(district, address), 'name="header_row"')
    form["header_row"], form["header_row_count"] = "2", "1"
    _send(district, address, form)
    reading = _reading(district, address)
    assert (reading.header_rows, reading.recipe.options().masking) == ([2], {"证件": "mask"})
    form = _form(_source(district, address), 'name="also_method"')
    form["withholds_original"] = "1"
    _send(district, address, form)
    recipe = _reading(district, address).recipe
    assert (recipe.header_row, recipe.options().masking, recipe.withholds_original) == (2, {"证件": "mask"}, True)


def test_another_sheet_without_the_masked_column_is_refused_and_mended_on_the_page(district: District) -> None:
    address = district.upload(district.entry(), _book(), "两张表.xlsx")
    assert "登记（3 行 × 2 列）" in plain(_source(district, address))
    assert "人口（2 行 × 2 列，隐藏）" in plain(_source(district, address))
    _send(district, address, MultiDict([("mask_column", "证件"), ("mask_method-0", "mask")]))
    form = _form(_source(district, address), 'name="header_row"')
    form["sheet"] = "人口"
    _send(district, address, form)
    page = _source(district, address)
    assert "文件里没有要脱敏的列“证件”" in plain(page)
    assert "可以在下面改一种读法" in plain(page)
    form = _form(page, 'name="header_row"')
    assert form["sheet"] == "人口" and form["mask_method-0"] == ""
    _send(district, address, form)
    assert "239000" in _source(district, address)


def test_what_stands_beside_the_table_is_withheld_with_the_file(district: District) -> None:
    address = district.upload(district.entry(), _book(comment=f"核对人 {CARDS[0]}", card="无"), "批注.xlsx")
    page = _source(district, address)
    assert "批注：1 个身份证号" in plain(page) and CARDS[0] not in page
    form = _form(page, 'name="withholds_original"')
    assert "withholds_original" not in form
    form["withholds_original"] = "1"
    _send(district, address, form)
    page = plain(_source(district, address))
    assert "只在原始文件里，不会公开" in page and "发现个人信息，不能公开" not in page
    assert district.people["editor"].post(f"{address}/confirm").status_code == 303


def _book(comment: str = "", card: str = CARDS[0]) -> bytes:
    """Two sheets, the second hidden."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        first, second = book.add_worksheet("登记"), book.add_worksheet("人口")
        for at, row in enumerate((("社区名称", "证件"), ("示例社区一", card), ("示例社区二", card))):
            first.write_row(at, 0, row)
        for at, row in enumerate((("区", "人口"), ("黄石港", 239000))):
            second.write_row(at, 0, row)
        second.hide()
        if comment:
            first.write_comment("A2", comment)
    return out.getvalue()


def test_doubtful_encoding_is_chosen_by_its_look(district: District) -> None:
    """停业 in GBK is CD A3 D2 B5: these bytes are the UTF-8 of ͣ and ҵ too."""
    address = district.upload(district.entry(), "state\n停业\n".encode("gbk"))
    page = _source(district, address)
    assert "哪一种文字是对的" in plain(page)
    assert "<li>停业</li>" in page and "<li>ͣҵ</li>" in page
    forms = re.findall(r"<form.*?</form>", page, re.S)
    assert [form for form in forms if 'name="encoding" value="utf-8"' in form and "用这种编码读取" in form]
    _send(district, address, MultiDict([("encoding", "utf-8")]))
    assert (_reading(district, address).encoding, _reading(district, address).encoding_is_certain) == ("utf-8", True)


@pytest.mark.parametrize(
    ("data", "form", "said", "field"),
    [
        ("名称,值\n磁湖社区的人口数据,1\n".encode("gb18030"), {"encoding": "utf-8"}, "文件不是 UTF-8 编码", "encoding"),
        (b"a,b\n1,2\n", {"header_row": "9"}, "表头行号 9 不对：文件共 2 行", "header_row"),
    ],
)
def test_a_refusal_stands_at_the_field_that_mends_it(
    district: District, data: bytes, form: dict[str, str], said: str, field: str
) -> None:
    address = district.upload(district.entry(), data)
    _send(district, address, MultiDict(form))
    page = _source(district, address)
    assert re.search(rf'<details class="fold panel" id="reread" open>.*id="e-{field}">[^<]*{said}', page, re.S)
    mended = _form(page, 'name="header_row"')
    mended[field] = ""
    _send(district, address, mended)
    assert _reading(district, address).row_count == 1


def test_contradictions_with_declared_items_are_told_with_their_rows(district: District) -> None:
    rows = "".join(f"示例社区{number},0714-6250001,{'约' * (number > 2)}{number}\n" for number in range(1, 9))
    address = district.upload(district.entry(), f"社区名称,办公电话,户数\n{rows}".encode())
    page = plain(_source(district, address))
    assert "户数 内容与声明的数据类型不符" in page
    assert "第 4、5、6 行等 4、5、6、7、8、9" in page  # row 1 is the header; the third community stands in row 4
    assert "约3 、 约4 、 约5" in page


def test_columns_are_told_with_how_they_are_written_and_what_stands_in_them(district: District) -> None:
    rows = "".join(f"{number:02d},{'桥东' if number < 4 else '桥西'},{number * 12}%\n" for number in range(1, 6))
    address = district.upload(district.entry(), f"编号,片区,占比\n{rows}".encode())
    page = plain(_source(district, address))
    assert "代码" in page and "百分数" in page
    assert "桥东 60% 3 桥西 40% 2" in page
    assert "片区 2 个不同值，0 个空白" in page


def test_difference_from_the_published_version_is_told_in_one_sentence(district: District) -> None:
    head = "社区名称,户数\r\n示例社区一,1200\r\n"
    name = district.published_with_data(head.encode())
    address = district.upload(name, f"{head}示例社区二,950\r\n".encode())
    assert "比第 1 版：新增 1 行。" in plain(_source(district, address))


@pytest.mark.parametrize(
    "options",
    [
        ReadOptions(),
        ReadOptions(encoding="gb18030", delimiter="\t", sheet="表 1", header_row=3, header_row_count=2),
        ReadOptions(
            has_header=False, withholds_original=True, masking={"证件": "mask", "a-b": "remove", "c": "replace"}
        ),
    ],
)
def test_every_option_goes_through_the_form_and_comes_back(options: ReadOptions) -> None:
    assert parse_options(MultiDict(option_fields(options))) == options


def test_what_no_form_offers_is_passed_over() -> None:
    sent = [
        ("encoding", "rot13"), ("delimiter", '"'), ("header_row", "-1"), ("header_row_count", "９"),
        ("mask_column", "证件"), ("mask_method-0", "drop table"), ("mask_method-1", "mask"), ("also", "名称"),
    ]  # fmt: skip
    assert parse_options(MultiDict(sent)) == ReadOptions()


def test_the_next_version_is_masked_as_the_one_before_with_the_same_codes(district: District) -> None:
    """An office that delivers every month chooses once; a replaced number stays the same in all versions."""
    name = district.entry()
    address = district.upload(name, PEOPLE.encode(), "名单.csv")
    form = MultiDict([("mask_column", "证件"), ("mask_method-0", "replace")])
    _send(district, address, form)
    first = _reading(district, address)
    assert first.recipe.masking == [["证件", "id_card", "replace"]]
    editor, reviewer = district.people["editor"], district.people["reviewer"]
    assert editor.post(f"{address}/confirm").status_code == 303
    for who, room, step in ((editor, "desk/entries", "submit"), (reviewer, "desk/entries", "sign")):
        assert who.post(f"/{room}/{name}/steps", step=step).status_code == 303
    for step in ("approve", "publish"):
        assert district.people["office"].post(f"/office/review/{name}/steps", step=step).status_code == 303
    again = _reading(district, district.upload(name, PEOPLE.replace("950", "951").encode(), "名单.csv"))
    assert (again.recipe.masking, again.recipe.salt) == (first.recipe.masking, first.recipe.salt)
    assert [row[1] for row in again.preview] == [row[1] for row in first.preview]
    assert "masking_carried_over" in [warning["code"] for warning in again.warnings]
    assert again.difference is not None
    assert (again.difference["changed"], again.difference["added"], again.difference["removed"]) == (1, 0, 0)


def test_a_column_that_the_next_file_lacks_is_passed_over() -> None:
    options = ReadOptions(masking={"证件": "mask", "手机": "mask"}, is_carried_over=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名单.csv"
        path.write_text(PEOPLE)
        reading = read_here(path, options)
    assert reading.recipe.masking == [["证件", "id_card", "mask"]]
