"""What people bring by mistake or ill will, sent to a running portal: a clear sentence, nothing kept, never a 5xx."""

from __future__ import annotations

import io
import os
import re
import socket
import time
from collections.abc import Iterator

import pytest

from portal.demo.filling import fill_template
from portal.demo.visitor import Upload, encode_multipart
from tests.catalog.sheets import HEADERS, csv_bytes, row, write_sheet
from tests.e2e.acts import COMMUNITIES, file_entries, publish_file, sheet_rows, upload_data
from tests.e2e.running import Portal, prepare_home, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="makes homes with SQLite: runs in that leg"),
]

TITLE = "社区居委会名录"
QUICK_SECONDS = 10.0
"""A page with 10,000 problems is there after this time, also on a busy machine."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running portal that takes uploads up to 2 MB."""
    home = tmp_path_factory.mktemp("bad") / "home"
    portal = Portal(home, prepare_home(home), settings={"UPLOAD_LIMIT_MB": "2"}).start()
    yield portal
    portal.stop()


@pytest.fixture(scope="module")
def public(portal: Portal) -> str:
    """The address of a published entry with a file."""
    return publish_file(portal, TITLE)


@pytest.fixture(scope="module")
def draft(portal: Portal) -> str:
    """The desk page of a draft."""
    return file_entries(portal.person("editor"), "公园绿地名录")[0]


def names_left(portal: Portal) -> list[str]:
    """Uploads that were begun and are not whole."""
    return [path.name for path in (portal.home / "incoming").glob("*.part")]


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "空.csv", "空的"),
        (b"MZ\x90\x00\x03" + b"\x00" * 400 + b"This program cannot be run in DOS mode", "名录.csv", "程序"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 400, "名录.xlsx", "程序"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 300, "名录.csv", ""),
        (b"\x00" * 5000, "名录.csv", ""),
        (b"PK\x03\x04" + b"\x00" * 60, "名录.xlsx", ""),
    ],
    ids=["0 bytes", "exe as csv", "elf as xlsx", "pdf as csv", "zeros", "half a zip"],
)
def test_what_is_no_table_is_refused_in_words(
    portal: Portal, draft: str, data: bytes, name: str, sentence: str
) -> None:
    answer = upload_data(portal.person("editor"), draft, data, name)
    assert answer.status in (200, 422)
    text = answer.page.text
    assert "无法作为数据表读取" in text or answer.status == 422, text
    assert sentence in text
    assert "读得对，确认" not in text
    assert names_left(portal) == []


def test_sheet_that_is_no_sheet_is_refused_in_words(portal: Portal) -> None:
    editor = portal.person("editor")
    for data in (b"", b"MZ\x90\x00" + b"\x00" * 300, "随便一句话".encode()):
        editor.get("/desk/sheet")
        answer = editor.send("上传", files={"file": Upload("目录.xlsx", data)})
        assert answer.status in (200, 422)
        assert "全部导入" not in answer.page.text


def test_300_columns_with_duplicates_and_blanks_are_read_and_shown(portal: Portal, draft: str) -> None:
    header = [("名称", "", f"列{number}")[number % 3] for number in range(300)]
    rows = [header, *([f"{line}-{number}" for number in range(300)] for line in range(5))]
    answer = upload_data(portal.person("editor"), draft, csv_bytes(rows), "宽表.csv")
    assert answer.status == 200
    text = answer.page.text
    assert "列数 300" in text and "行数 5" in text
    assert "请留意" in text, "repaired names are told"
    assert "0-299" in text or "4-299" in text


def test_gbk_sheet_is_read_without_a_garbled_sign(portal: Portal) -> None:
    editor = portal.person("editor")
    data = csv_bytes([list(HEADERS), row(信息资源名称="镕基社区喆字名录")], encoding="gb18030")
    editor.get("/desk/sheet")
    answer = editor.send("上传", files={"file": Upload("目录.csv", data)})
    assert "镕基社区喆字名录" in editor.get(f"{answer.address}?view=new").page.text


def test_10_000_problem_cells_are_paged_and_quick(portal: Portal, tmp_path) -> None:  # type: ignore[no-untyped-def]
    editor = portal.person("editor")
    bad = {"更新周期": "每俩月", "开放类型": "都行", "数据领域": "吃喝玩乐", "共享类型": "随便", "数据类型": "啥"}
    lines = [row(信息资源名称=f"名录{number}", **bad) for number in range(2000)]
    data = write_sheet(tmp_path / "bad.xlsx", *lines).read_bytes()
    editor.get("/desk/sheet")
    answer = editor.send("上传", files={"file": Upload("目录.xlsx", data)})
    assert answer.status == 200
    found = re.search(r"有 ([\d,]+) 处须改正", answer.page.text)
    assert found and int(found[1].replace(",", "")) >= 10_000
    assert len(answer.body) < 300_000, "one page of problems, not all"
    started = time.monotonic()
    second = editor.get(f"{answer.address}?page=2")
    assert time.monotonic() - started < QUICK_SECONDS
    assert "每俩月" in second.text and second.body != answer.body


def test_two_editors_at_one_entry_lose_nothing(portal: Portal, draft: str) -> None:
    first, second = portal.person("editor"), portal.person("editor2")
    first.get(f"{draft}/edit")
    second.get(f"{draft}/edit")
    assert first.send("保存", summary="甲写的摘要，先保存。").status == 200
    answer = second.send("保存", summary="丁写的摘要，后保存。")
    assert answer.status == 409
    assert "甲写的摘要，先保存。" in answer.page.text
    assert "丁写的摘要，后保存。" in answer.page.text
    assert "甲写的摘要" in first.get(draft).page.text, "nothing was overwritten"
    second.at = answer
    assert second.send("按所选内容保存").status == 200
    assert "丁写的摘要" in first.get(draft).page.text


def test_upload_cut_half_way_leaves_nothing(portal: Portal, draft: str) -> None:
    editor = portal.person("editor")
    form = editor.get(f"{draft}/data/new").page.find_form("data/new")
    before = portal.person("editor").get(draft).page.text
    body, kind = encode_multipart(form.values, {"file": Upload("大表.csv", COMMUNITIES.encode() * 3000)})
    cookies = "; ".join(f"{name}={value}" for name, value in editor.cookies.items())
    head = (
        f"POST {draft}/data/new HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nCookie: {cookies}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", portal.port), timeout=10) as sock:
        sock.sendall(head + body[: len(body) // 2])
    time.sleep(0.5)
    assert editor.get(draft).page.text == before
    assert names_left(portal) == []
    assert portal.visitor().get("/healthz").status == 200


def test_too_large_upload_is_told_with_its_limit(portal: Portal, draft: str) -> None:
    answer = upload_data(portal.person("editor"), draft, b"a,b\r\n" + b"1,2\r\n" * 450_000)
    assert answer.status == 413
    assert "2" in answer.page.text and "MB" in answer.page.text
    assert names_left(portal) == []


def test_body_beyond_every_limit_is_answered_and_not_cut_off(portal: Portal, draft: str) -> None:
    answer = portal.person("editor").post(f"{draft}/data/new", [], {"file": Upload("大.csv", b"a,b\r\n" * 900_000)})
    assert answer.status == 413


ABSURD = (
    "?q=%00%FF%FE", "?q=" + "a" * 5000, "?q=%22%20OR%201=1--", "?page=-1", "?page=99999999999999999999", "?page=abc",
    "?sort=../../etc/passwd", "?domain=<script>", "?department=%F0%9F%92%A9", "?limit=-5&after=x",
    "?after=" + "9" * 400,
    "?limit=1e9", "?_sort=nosuch&_limit=-1", "?code__regex=((a+)+)+$", "?name__nosuch=1", "?_columns=&_offset=1e308",
    "?households__ge=NaN&households__le=Infinity", "?=&&&=", "?" + "&".join(f"p{n}=1" for n in range(1500)),
    "?format=exe", "?" + "%25" * 3000,
)  # fmt: skip


def test_absurd_parameters_on_every_public_route_never_break_it(portal: Portal, public: str) -> None:
    visitor = portal.visitor()
    resource = visitor.get(public).page.find_link("/data.csv").removesuffix("/data.csv")
    routes = [
        "/", "/dataset", public, f"{public}/explore", f"{public}.jsonld", f"{resource}/data.csv",
        f"{resource}/data.xlsx", f"{resource}/data.json", f"{resource}/bundle.zip", f"{resource}/original",
        f"{resource}/version/1/data.csv", "/department", "/department/minzheng", "/domain", "/domain/living",
        "/statistics", "/help", "/sitemap", "/catalog.jsonld", "/harvest/changes", "/feed.atom", "/sitemap.xml",
        "/robots.txt", "/api/v1/entries", f"/api/v1/entries{public.removeprefix('/dataset')}",
        f"/api/v1{resource}/rows", "/api/v1/departments", "/api/v1/vocabularies", "/openapi.json", "/api/docs",
        "/account/sign-in", "/healthz", "/readyz", "/en/dataset",
    ]  # fmt: skip
    broken = {}
    for route in routes:
        for absurd in ABSURD:
            status = visitor.get(route + absurd).status
            if status >= 500:
                broken[route + absurd[:60]] = status
    assert broken == {}


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/%00", "/dataset/..%2f..%2fetc%2fpasswd", "/dataset/" + "a" * 3000, "/department/<script>",
        "/domain/%F0%28%8C%28", "/version/99999999999999999999", "/dataset/x/resource/not-a-uuid/data.csv",
        "/sitemap-99999999999999999999.xml", "/static/../../secret_key", "/api/v1/entries/%0d%0aX:%20y",
        "//evil.example",
    ],
)  # fmt: skip
def test_absurd_addresses_are_not_found(portal: Portal, path: str) -> None:
    answer = portal.visitor().ask("GET", path)
    assert 300 <= answer.status < 500, answer.status
    assert "x" not in answer.headers
    assert "evil.example" not in answer.headers.get("location", "")


def test_absurd_version_numbers_are_not_found(portal: Portal, public: str) -> None:
    visitor = portal.visitor()
    resource = visitor.get(public).page.find_link("/data.csv").removesuffix("/data.csv")
    for number in ("0", "2", "99999999999999999999999", "-1", "1.5", "x"):
        assert visitor.get(f"{resource}/version/{number}/data.csv").status == 404
    assert visitor.get(f"{resource}/data.exe").status == 404


def test_forms_without_token_change_nothing(portal: Portal, draft: str) -> None:
    editor = portal.person("editor")
    answer = editor.post(f"{draft}/steps", [("step", "submit")])
    assert answer.status == 400
    foreign = editor.ask("POST", f"{draft}/steps", b"step=submit", {"Origin": "https://evil.example"})
    assert foreign.status == 403


def test_wild_forms_of_a_signed_in_person_never_break_it(portal: Portal, draft: str) -> None:
    editor = portal.person("editor")
    token = editor.get(draft).page.find_form("steps").value_of("csrf_token") or ""
    wild = [
        ("step", "no_such_step"), ("step", "\x00"), ("lock", "9" * 11), ("reason", "r" * 9000),
        ("title", "\x00\u202e"), ("items.1.name", "x"), ("items.99999.name", "x"), ("resource", "not-a-uuid"),
    ]  # fmt: skip
    targets = ("steps", "edit", "data/new", "resources/new")
    for target in targets:
        for pair in wild:
            status = editor.post(f"{draft}/{target}", [("csrf_token", token), pair]).status
            assert status < 500, (target, pair, status)


def test_missing_file_and_wrong_field_are_told(portal: Portal, draft: str) -> None:
    editor = portal.person("editor")
    editor.get(f"{draft}/data/new")
    assert editor.send("上传并查看").status == 422
    editor.get("/desk/sheet")
    assert editor.send("上传", files={}).status == 422


def test_filled_template_with_formulas_and_hidden_text_is_only_text(portal: Portal) -> None:
    editor = portal.person("editor")
    template = editor.get("/desk/sheet/template.xlsx").body
    rows = sheet_rows("公式名录")
    rows[0]["信息资源摘要"] = '=HYPERLINK("https://evil.example","点我")<script>alert(1)</script>'
    editor.get("/desk/sheet")
    answer = editor.send("上传", files={"file": Upload("目录.xlsx", fill_template(template, rows))})
    assert answer.status == 200
    assert "<script>alert" not in answer.text


def test_everything_still_stands_afterwards(portal: Portal, public: str) -> None:
    wait_for("search", lambda: public in portal.visitor().get(f"/dataset?q={TITLE}&page=1").text)
    assert portal.visitor().get(public).status == 200
    log = (portal.home.parent / "serve.log").read_text()
    assert "Traceback" not in log, log[-3000:]
    assert io.BytesIO(portal.visitor().get("/readyz").body).read() == b"ready\n"
