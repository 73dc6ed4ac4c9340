"""Every public page, in both languages: whole, labelled, without script, style or address of anybody else."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from portal.house import House
from portal.i18n import english_texts
from tests.portal.pages import Page
from tests.portal.public_data import publish_bare, publish_table

pytestmark = pytest.mark.usefixtures("quick_house")

PORTAL = Path(__file__).parents[2] / "portal"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIXED = [
    "/",
    "/dataset",
    "/department",
    "/domain",
    "/statistics",
    "/help",
    "/about",
    "/contact",
    "/terms",
    "/licence",
    "/sitemap",
]
METHODS = {".py": "python", ".html": "jinja2"}


@pytest.fixture
def paths(house: House) -> list[str]:
    """Addresses of pages over a small catalog: a file, a long title, one that is closed."""
    made = publish_table(house)
    long = publish_bare(house, "长" * 128, ordinal=2, summary="说明。" * 300, tags=["标签" * 20])
    closed = publish_bare(house, "求助记录", ordinal=3, open_type="closed", closed_basis="personal_privacy")
    entries = [f"/dataset/{made.name}", f"/dataset/{long.name}", f"/dataset/{closed.name}"]
    groups = ["/department/jiaoyuju", "/domain/education", "/dataset?q=学校&domain=education", "/dataset?q=无此词语"]
    return [
        *FIXED,
        *entries,
        *groups,
        f"/dataset/{made.name}/explore",
        f"/dataset/{made.name}/explore?名称__contains=磁湖",
    ]


def test_pages_are_whole_in_both_languages(client: FlaskClient, paths: list[str]) -> None:
    for path in [*paths, *(f"/en{path}" for path in paths)]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = Page(answer.text)
        assert page.open_tags == [], path
        assert page.headings.count(1) == 1, path
        assert all(later - former <= 1 for former, later in zip(page.headings, page.headings[1:], strict=False)), path
        assert len(page.ids) == len(set(page.ids)), path
        assert [a["id"] for a in page.all("main")] == ["main"], path
        assert len(page.all("header")) >= 1 and len(page.all("footer")) == 1 and len(page.all("nav")) >= 2, path
        assert page.all("a")[0]["href"] == "#main", path
        assert page.all("html")[0]["lang"] == ("en" if path.startswith("/en") else "zh-Hans"), path


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_code(client: FlaskClient, paths: list[str]) -> None:
    for path in paths:
        page = Page(client.get(path).text)
        assert not page.all("style"), path
        assert not [a for _, a in page.elements if "style" in a or any(name.startswith("on") for name in a)], path
        for attributes, text in page.scripts:
            assert attributes.get("type") == "application/ld+json" or not text.strip(), path
        for address in page.loaded:
            assert urlsplit(address).netloc in ("", "127.0.0.1:8000"), (path, address)


def test_every_control_has_a_name(client: FlaskClient, paths: list[str]) -> None:
    for path in paths:
        page = Page(client.get(path).text)
        labelled = {a.get("for") for a in page.all("label")}
        for tag in ("input", "select", "textarea"):
            for a in page.all(tag):
                if a.get("type") in ("hidden", "radio"):
                    continue
                assert a.get("id") in labelled or a.get("aria-label"), (path, a)
        for a in page.all("div"):
            if "table-scroll" in a.get("class", ""):
                assert a["role"] == "region" and a["aria-label"] and a["tabindex"] == "0", path


def test_language_switch_leads_to_the_same_page(client: FlaskClient, house: House) -> None:
    path = f"/dataset/{publish_table(house).name}"
    assert Page(client.get(path).text).links_with("/en/dataset/") == [f"/en{path}"]
    english = Page(client.get(f"/en{path}").text)
    assert [a["href"] for a in english.all("a") if a.get("hreflang") == "zh-Hans"] == [path]


def test_english_pages_hold_no_untranslated_interface_text(client: FlaskClient, house: House) -> None:
    for path in ["/en/", "/en/dataset", "/en/statistics", "/en/help", "/en/nothing-here"]:
        page = Page(client.get(path).text.replace("中文", "").replace(house.settings.site_name, ""))
        assert not CHINESE.search(page.text), (path, CHINESE.search(page.text))


def test_every_interface_text_has_its_english() -> None:
    rooms = ["templates/base.html", "templates/components", "templates/public", "templates/errors", "views/public"]
    found: set[str] = set()
    for room in rooms:
        folder = PORTAL / room
        for path in [folder] if folder.is_file() else folder.rglob("*"):
            if path.suffix in METHODS:
                found |= {
                    text for _, text, *_ in extract_from_file(METHODS[path.suffix], path) if isinstance(text, str)
                }
    assert len(found) > 150
    assert found - english_texts().keys() == set()


def test_no_english_text_is_left_over() -> None:
    with (PORTAL / "translations" / "en" / "public.po").open("rb") as file:
        texts = [message.id for message in read_po(file, locale="en") if message.id]
    sources = "".join(path.read_text("utf-8") for path in (PORTAL / "templates").rglob("*.html"))
    assert [text for text in texts if isinstance(text, str) and text not in sources] == []


def test_pages_of_prose_exist_in_both_languages() -> None:
    folder = PORTAL / "templates" / "public" / "text"
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    assert all((folder / f"{name}.{code}.html").is_file() for name in names for code in ("zh", "en"))


def test_list_page_with_all_its_assets_is_small(client: FlaskClient, house: House) -> None:
    """At most 60 kB compressed on the wire, as on a bad mobile connection."""
    import gzip

    for number in range(20):
        publish_bare(
            house, f"目录{number}", ordinal=number + 1, summary="各街道的年度统计，按社区汇总。" * 6, tags=["统计"]
        )
    page = Page(client.get("/dataset").text)
    bodies = [page.source.encode()]
    bodies += [client.get(address).data for address in page.loaded if address.startswith("/static/")]
    assert len(bodies) >= 8
    assert sum(len(gzip.compress(body)) for body in bodies) < 60_000


def test_demo_says_so_on_every_page(client: FlaskClient) -> None:
    assert "演示数据" not in client.get("/").text


@pytest.mark.parametrize(
    "path", ["/dataset/nothing", "/domain/nothing", "/department/nothing", "/nothing", "/dataset/nothing/explore"]
)
def test_what_is_not_there_is_a_page_that_leads_on(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert Page(answer.text).links_with("/dataset")


def test_anonymous_pages_are_kept_with_an_etag(client: FlaskClient) -> None:
    first = client.get("/dataset")
    again = client.get("/dataset", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "sections"),
    [
        (
            "/help",
            ("更新承诺与超期怎么算", "部门：台账、延期、确认无变化、完成声明", "主管部门：计划、催办、考核、汇报"),
        ),
        ("/en/help", ("what counts as overdue", "For departments: ledger", "For the office: plans")),
    ],
)
def test_help_speaks_to_the_public_to_departments_and_to_the_office(
    client: FlaskClient, path: str, sections: tuple[str, ...]
) -> None:
    page = client.get(path).get_data(as_text=True)
    assert [one for one in sections if one not in page] == []
