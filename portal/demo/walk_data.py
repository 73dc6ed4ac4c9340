"""The walk through the data engine: what changed, groups, pieces, masking, encodings, a large workbook, mended rows.

Goes on with the walk's own dataset, so that no other file of the portal is touched.
"""

from __future__ import annotations

import csv
import io
import itertools
from base64 import b64encode
from typing import Any

from portal.demo.visitor import Upload
from portal.demo.walking import Walk, good, require, take, wait

HIDDEN_NUMBER, SHOWN_NUMBER = "13900001234", "139****1234"
"""A made-up mobile number as delivered, and as it may be public."""
GROUPED = "_group=name&_measure=count,sum:households&_sort=-sum_households"
LARGE_ROWS = 20_100
LARGE_HEADER = "社区编号,社区名称,户数,街道,类别,人数,面积,设立日期,联系电话,备注"
"""Ten columns of so many rows: more cells than a workbook is written for while somebody waits."""
PIECE = 400_000
"""Bytes of the first piece of the upload that is cut off."""


def _group(walk: Walk) -> tuple[str, str]:
    """The same groups on the page, from the API and in the file."""
    place = f"/dataset/{walk.name}/explore?{GROUPED}"
    answer = good(walk.public.get(f"/api/v1{walk.resource}/rows?{GROUPED}")).json()
    rows = [[str(row[key]) for key in ("name", "count", "sum_households")] for row in answer["rows"]]
    require(bool(rows), "no groups")
    file = _read_csv(good(walk.public.get(f"{walk.resource}/data.csv?{GROUPED}")).text)
    require(file[1:] == rows, f"the file says {file[1:]}, the API {rows}")
    text = good(walk.public.get(place)).page.text
    for name, count, total in rows:
        require(f"{name} {count} {total}" in text, f"the page does not say {name} {count} {total}")
    return place, f"{len(rows)} groups, the same on page, API and CSV"


def _read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def _changes(walk: Walk) -> tuple[str, str]:
    """The second version has one row more: on its page of changes and in the file of them."""
    place = f"{walk.resource}/version/2/changes"
    page = good(walk.public.get(place)).page
    require("新增 1 行" in page.text, "the page does not say that one row came")
    rows = _read_csv(good(walk.public.get(f"{place}.csv")).text)
    require(len(rows) == 2 and rows[1][0] == "新增", f"the file of changes holds {rows[1:]}")
    return place, f"新增 1 行: {rows[1][-2]}"


def _encode(walk: Walk) -> tuple[str, str]:
    """The same text in GB18030, for software that knows no UTF-8."""
    place = f"{walk.resource}/data.csv?_encoding=gb18030"
    old, usual = good(walk.public.get(place)).body, good(walk.public.get(f"{walk.resource}/data.csv")).body
    require(old.decode("gb18030") == usual.decode("utf-8-sig"), "the two CSV files differ in more than their encoding")
    return place, f"{len(old)} B, the same text as {len(usual)} B of UTF-8"


def _send_in_pieces(walk: Walk) -> tuple[str, str]:
    """A large file whose second piece is cut off: the portal says how far it came, and the rest follows."""
    editor, data = walk.person(walk.editor), _large_file(walk.stamp)
    form = good(editor.get(f"/desk/entries/{walk.name}/data/new")).page.find_form("上传并查看")
    common = {"Tus-Resumable": "1.0.0", "X-CSRFToken": form.value_of("csrf_token") or ""}
    named = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {b64encode('社区.csv'.encode()).decode()}"}
    begun = good(editor.ask("POST", "/desk/uploads", b"", common | named), 201)
    upload = begun.headers["location"]
    kind = common | {"Content-Type": "application/offset+octet-stream"}
    good(editor.ask("PATCH", upload, data[:PIECE], kind | {"Upload-Offset": "0"}), 204)
    editor.break_off("PATCH", upload, data[PIECE:], kind | {"Upload-Offset": str(PIECE)}, after=PIECE)
    offset = int(good(editor.ask("HEAD", upload, None, common)).headers["upload-offset"])
    require(PIECE <= offset < len(data), f"the portal says {offset} of {len(data)} bytes")
    good(editor.ask("PATCH", upload, data[offset:], kind | {"Upload-Offset": str(offset)}), 204)
    values = {"upload": upload.rpartition("/")[2], "resource": walk.resource.rpartition("/")[2]}
    answer = good(editor.send("上传并查看", files={"file": Upload("", b"")}, **values))
    require(f"{LARGE_ROWS:,}" in answer.page.text, "the file was not read whole")
    return answer.address, f"{len(data)} B, went on at {offset}"


def _large_file(stamp: str) -> bytes:
    """Communities with a mobile number each, of which the first is looked for later; no two walks bring the same."""
    numbers = [HIDDEN_NUMBER, *(f"1380000{n % 10_000:04d}" for n in range(1, LARGE_ROWS))]
    lines = [
        f"{n:016d},示例社区{n},{800 + n % 997},花湖街道,城市社区,{n % 4000},{n % 90},2008-09-01,{number},{stamp}"
        for n, number in enumerate(numbers, start=1)
    ]
    return "\r\n".join([LARGE_HEADER, *lines, ""]).encode()


def _mask(walk: Walk) -> tuple[str, str]:
    """Numbers are masked before anything is stored; then neither rows nor the original show one."""
    editor, page = walk.person(walk.editor), f"/desk/entries/{walk.name}"
    require("联系电话" in editor.page.text, "the numbers were not found")
    chosen: dict[str, Any] = {"mask_method-0": "mask"}
    good(editor.send("按所选方式重新读取", **chosen))
    good(editor.send("确认并提交审签"))
    take(walk.person(walk.reviewer), page, "confirm_data")
    take(walk.person(walk.office), f"/office/review/{walk.name}", "approve_data")
    places = (f"{walk.resource}/data.csv", f"/api/v1{walk.resource}/rows?_limit=5", f"/dataset/{walk.name}")
    for place in places:
        text = good(walk.public.get(place)).text
        require(HIDDEN_NUMBER not in text, f"{place} shows the number")
        require(SHOWN_NUMBER in text, f"{place} does not show the masked number")
    good(walk.public.get(f"{walk.resource}/original"), 404)
    asked = good(walk.public.get(f"/api/v1{walk.resource}/rows?_q={HIDDEN_NUMBER}")).json()
    require(asked["total"] == 0, "the number can be searched")
    return f"/dataset/{walk.name}", f"{SHOWN_NUMBER} everywhere, original 404"


def _wait_for_workbook(walk: Walk) -> tuple[str, str]:
    """A large workbook is written by the worker: 202 until it is there."""
    place = f"{walk.resource}/data.xlsx"
    good(walk.public.get(place), 202)
    seconds = wait("the workbook", lambda: walk.public.get(place).status == 200)
    body = good(walk.public.get(place)).body
    require(body.startswith(b"PK"), "the workbook is none")
    return place, f"202, then {len(body)} B after {seconds:.1f} s"


def _mend(walk: Walk) -> tuple[str, str]:
    """A row store that went lost is made again from the original, without anybody's help.

    Each question differs from the one before by its page, so that no kept answer hides that the rows are gone.
    """
    place = f"/api/v1{walk.resource}/rows?households__ge=1700&_limit=1"
    before, pages = good(walk.public.get(place)).json()["total"], itertools.count(1)
    stands = walk.lose_rows(walk.resource.rpartition("/")[2])
    good(walk.public.get(f"{place}&_offset={next(pages)}"), 503)

    def is_back() -> bool:
        answer = walk.public.get(f"{place}&_offset={next(pages)}")
        return answer.status == 200 and bool(answer.json()["total"] == before) and stands()

    seconds = wait("the rows", is_back)
    return place, f"503, then the same {before} rows after {seconds:.1f} s"


DATA_JOURNEYS = (
    ("一个版本的变化,网页与文件一致", "what changed in a version, as page and file", _changes),
    ("分组统计:网页、接口、文件一致", "groups: the same on page, API and file", _group),
    ("GB18030 编码的 CSV", "CSV in GB18030", _encode),
    ("大文件分片上传,断了再续", "an upload in pieces, cut off and resumed", _send_in_pieces),
    ("个人信息先遮盖再发布", "personal data masked before publication", _mask),
    ("大工作簿后台生成", "a large workbook is waited for", _wait_for_workbook),
    ("数据行丢失后自动修复", "lost rows mend themselves", _mend),
)
"""Chinese, English, how; after the second version is public."""
