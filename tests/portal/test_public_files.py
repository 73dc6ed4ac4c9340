"""Downloads: exact bytes, true length, ranges, names, permanent versions; nothing of what is not public."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from base64 import b64encode
from dataclasses import replace
from html import unescape
from urllib.parse import quote, unquote, urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from catalog.feeds.records import FeedRecord
from catalog.jobs import list_jobs
from datasets.errors import TooLarge
from datasets.formats import FORMATS
from datasets.models import DataVersion
from portal.house import House
from portal.worker import Worker
from tests.catalog.records import withdraw
from tests.portal.public_data import RESOURCE, SCHOOLS, publish_table

pytestmark = pytest.mark.usefixtures("quick_house")

LATER = SCHOOLS + "00045,港湾小学,花湖街道,400,2020-09-01\r\n".encode()


@pytest.fixture
def made(house: House) -> FeedRecord:
    """An entry whose file has two versions."""
    return publish_table(house, deliveries=(SCHOOLS, LATER))


def address(made: FeedRecord, rest: str) -> str:
    """The address of a file of the entry."""
    return f"/dataset/{made.name}/resource/{RESOURCE}/{rest}"


def test_csv_is_the_file_whose_digest_the_page_shows(client: FlaskClient, made: FeedRecord) -> None:
    answer = client.get(address(made, "data.csv"))
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    digest = hashlib.sha256(answer.data).hexdigest()
    assert digest in client.get(f"/dataset/{made.name}").text
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.content_length == len(answer.data)


def test_leading_zeros_survive_in_every_format(client: FlaskClient, made: FeedRecord) -> None:
    csv = client.get(address(made, "data.csv")).data.decode("utf-8-sig")
    assert csv.splitlines()[1] == "00042,磁湖小学,沈家营街道,1203,1986-09-01"
    book = openpyxl.load_workbook(io.BytesIO(client.get(address(made, "data.xlsx")).data))
    assert book.active is not None
    assert book.active["A2"].value == "00042"
    assert json.loads(client.get(address(made, "data.json")).data)[0]["学校代码"] == "00042"


def test_ranges_conditions_and_head(client: FlaskClient, made: FeedRecord) -> None:
    whole = client.get(address(made, "data.csv"))
    part = client.get(address(made, "data.csv"), headers={"Range": "bytes=3-8"})
    assert (part.status_code, part.data) == (206, whole.data[3:9])
    assert part.headers["Content-Range"] == f"bytes 3-8/{len(whole.data)}"
    assert client.get(address(made, "data.csv"), headers={"Range": "bytes=-5"}).data == whole.data[-5:]
    assert client.get(address(made, "data.csv"), headers={"Range": "bytes=999999-"}).status_code == 416
    changed = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert client.get(address(made, "data.csv"), headers=changed).status_code == 200
    assert client.get(address(made, "data.csv"), headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    head = client.head(address(made, "data.csv"))
    assert (head.status_code, head.content_length) == (200, len(whole.data))


def test_name_is_chinese_with_a_plain_fallback(client: FlaskClient, made: FeedRecord) -> None:
    disposition = client.get(address(made, "data.csv")).headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\"dataset-7664ffe4.csv\"; filename*=UTF-8''")
    assert disposition.endswith(quote("中小学名录_2026-07-10.csv"))


@pytest.mark.parametrize("title", ['a"b;c', "../../etc", "a\u202eb", "=1+1", "。" * 128, "CON", "a/b\\c"])
def test_hostile_titles_make_harmless_names(client: FlaskClient, house: House, title: str) -> None:
    made = publish_table(house, title)
    for rest in ("data.csv", "bundle.zip"):
        answer = client.get(address(made, rest))
        assert answer.status_code == 200
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith('attachment; filename="')
        assert "\r" not in disposition and "\n" not in disposition and "/" not in disposition


def test_downloads_cannot_run(client: FlaskClient, made: FeedRecord) -> None:
    for rest in ("data.csv", "data.json", "data.xlsx", "bundle.zip", "original"):
        headers = client.get(address(made, rest)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Content-Disposition"].startswith("attachment")


def test_versions_keep_their_bytes(client: FlaskClient, made: FeedRecord) -> None:
    first = client.get(address(made, "version/1/data.csv")).data.decode("utf-8-sig")
    second = client.get(address(made, "version/2/data.csv")).data
    assert len(first.splitlines()) == 4
    assert second == client.get(address(made, "data.csv")).data
    assert client.get(address(made, "version/1/original")).data == SCHOOLS
    assert client.get(address(made, "original")).data == LATER


def test_filtered_download_holds_the_rows_asked_for(client: FlaskClient, made: FeedRecord) -> None:
    answer = client.get(address(made, "data.csv?街道=花湖街道&_columns=名称&_sort=-名称"))
    assert answer.data.decode("utf-8-sig").split() == ["名称", "花湖小学", "港湾小学"] or answer.data.decode(
        "utf-8-sig"
    ).split() == ["名称", "港湾小学", "花湖小学"]
    assert quote("_筛选.csv") in answer.headers["Content-Disposition"]


def test_wrong_conditions_are_told_by_name(client: FlaskClient, made: FeedRecord) -> None:
    answer = client.get(address(made, "data.csv?没有这列=1&学生数__near=2"))
    assert answer.status_code == 422
    assert "没有这列" in answer.text
    assert "学生数" in answer.text


@pytest.mark.parametrize(
    "rest", ["data.pdf", "version/9/data.csv", "version/0/data.csv", "data.", "version/9/original"]
)
def test_what_is_not_offered_is_not_found(client: FlaskClient, made: FeedRecord, rest: str) -> None:
    assert client.get(address(made, rest)).status_code == 404


def test_a_csv_comes_in_the_encoding_asked_for(client: FlaskClient, made: FeedRecord) -> None:
    whole = client.get(address(made, "data.csv")).data.decode("utf-8-sig")
    for encoding in ("utf-8", "gb18030"):
        answer = client.get(address(made, f"data.csv?_encoding={encoding}"))
        assert (answer.status_code, answer.content_type) == (200, f"text/csv; charset={encoding}")
        assert answer.data == whole.encode(encoding)
    assert client.get(address(made, "data.csv?_encoding=utf-8-sig")).data == whole.encode("utf-8-sig")
    some = client.get(address(made, "data.csv?_encoding=gb18030&街道=花湖街道&_columns=名称")).data.decode("gb18030")
    assert sorted(some.split()) == ["名称", "港湾小学", "花湖小学"]
    answer = client.get(address(made, "data.csv?_encoding=cp1252"))
    assert answer.status_code == 422
    assert "utf-8-sig、utf-8、gb18030" in answer.text
    assert client.get(address(made, "data.json?_encoding=utf-8")).status_code == 422


def test_digest_tells_the_whole_file_also_of_a_part(client: FlaskClient, made: FeedRecord) -> None:
    for rest in ("data.csv", "data.xlsx", "data.parquet", "data.csv?学生数__ge=500", "original", "bundle.zip"):
        whole = client.get(address(made, rest))
        digest = b64encode(hashlib.sha256(whole.data).digest()).decode()
        part = client.get(address(made, rest), headers={"Range": "bytes=0-3", "If-Range": whole.headers["ETag"]})
        assert (part.status_code, len(part.data)) == (206, 4)
        for answer in (whole, part, client.head(address(made, rest))):
            assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize("page", ["", "/explore", "/explore?街道=花湖街道&_sort=-名称", "/explore?_group=街道"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_download_that_a_page_offers_is_there(
    client: FlaskClient, made: FeedRecord, page: str, prefix: str
) -> None:
    html = client.get(f"{prefix}/dataset/{made.name}{page}").text
    links = [unescape(link) for link in re.findall(r'href="([^"]+/data\.[^"]+)"', html) if "/version/" not in link]
    endings = ["csv", "xlsx", "json", "csv", "jsonl", "xml", "parquet"]
    assert [urlsplit(link).path.rsplit(".")[-1] for link in links] == endings
    assert "_encoding=gb18030" in links[3]
    for link in links:
        assert client.get(link).status_code == 200, link
        assert ("%E8%8A%B1" in link) == ("花湖" in page)


def test_size_of_the_whole_csv_is_told(client: FlaskClient, made: FeedRecord) -> None:
    size = len(client.get(address(made, "data.csv")).data)
    assert f'<b>CSV</b><span class="size">{size} B</span>' in client.get(f"/dataset/{made.name}").text


def test_map_format_is_not_offered_for_a_table_without_places(client: FlaskClient, made: FeedRecord) -> None:
    answer = client.get(address(made, "data.geojson"))
    assert answer.status_code == 404
    assert "经度" in answer.text


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [("jsonl", "application/jsonl"), ("xml", "application/xml"), ("parquet", "application/vnd.apache.parquet")],
)
def test_every_format_has_its_media_type(client: FlaskClient, made: FeedRecord, ending: str, media_type: str) -> None:
    answer = client.get(address(made, f"data.{ending}"))
    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.headers["Content-Disposition"].endswith(f".{ending}")


@pytest.fixture
def slow_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every workbook of more than a few cells is large."""
    monkeypatch.setitem(FORMATS, "xlsx", replace(FORMATS["xlsx"], cells_at_once=5))


@pytest.mark.usefixtures("slow_workbook")
def test_large_workbook_is_made_by_the_worker_and_sent_from_the_same_address(
    client: FlaskClient, made: FeedRecord, house: House
) -> None:
    link = address(made, "data.xlsx?学生数__ge=400")
    waiting = client.get(link, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (waiting.status_code, waiting.headers["Retry-After"], waiting.headers["Cache-Control"]) == (
        202, "3", "no-store",
    )  # fmt: skip
    assert '<meta http-equiv="refresh" content="3">' in waiting.text
    assert "“中小学名录”共 3 行" in waiting.text
    for _again in range(2):
        told = client.get(link)
        assert told.status_code == 202
        assert told.get_json()["rows"] == 3
        assert unquote(told.headers["Location"]).endswith(link)
    with house.database.reading() as session:
        assert len(list_jobs(session, kind="export.make")) == 1
    assert Worker(house).run_one()
    answer = client.get(link)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.worksheets[0].max_row == 4
    assert not Worker(house).run_one()


@pytest.mark.usefixtures("slow_workbook")
def test_who_waits_for_what_leaves_the_catalog_gets_nothing(
    client: FlaskClient, made: FeedRecord, house: House
) -> None:
    assert client.get(address(made, "data.xlsx")).status_code == 202
    with house.database.work() as session:
        withdraw(session, made, "withdrawn")
    Worker(house).run_one()
    assert client.get(address(made, "data.xlsx")).status_code == 410


@pytest.mark.usefixtures("slow_workbook")
def test_what_cannot_be_made_is_told_to_who_waits(
    client: FlaskClient, made: FeedRecord, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(address(made, "data.xlsx")).status_code == 202
    failure = TooLarge("question_takes_too_long", seconds=300)
    monkeypatch.setattr(house.pool, "export", lambda *asked, **options: (_ for _ in ()).throw(failure))
    Worker(house).run_one()
    answer = client.get(address(made, "data.xlsx"))
    assert answer.status_code == 413
    assert "300" in answer.text


@pytest.mark.usefixtures("slow_workbook")
def test_too_many_waiting_files_are_told_to_come_back(
    client: FlaskClient, made: FeedRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.exporting.MAX_WAITING", 1)
    assert client.get(address(made, "data.xlsx")).status_code == 202
    answer = client.get(address(made, "data.xlsx?_columns=名称,街道"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert client.get(address(made, "data.xlsx")).status_code == 202
    assert client.get(address(made, "data.xlsx?_columns=名称")).status_code == 200


def test_a_resource_of_another_entry_is_not_found(client: FlaskClient, made: FeedRecord, house: House) -> None:
    other = publish_table(house, "另一个目录", resource_id=__import__("uuid").uuid4(), ordinal=2)
    assert client.get(address(other, "data.csv")).status_code == 404


@pytest.mark.parametrize("state", ["prepared", "department_review", "office_review", "rejected"])
def test_versions_under_review_are_not_there(client: FlaskClient, made: FeedRecord, house: House, state: str) -> None:
    with house.database.work() as session:
        session.execute(update(DataVersion).where(DataVersion.number == 1).values(state=state))
    for rest in ("version/1/data.csv", "version/1/original"):
        assert client.get(address(made, rest)).status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("withdrawn", 410), ("suspended", 403)])
def test_no_channel_serves_what_left_the_catalog(
    client: FlaskClient, made: FeedRecord, house: House, kind: str, status: int
) -> None:
    rests = ("data.csv", "data.xlsx", "data.json", "bundle.zip", "original", "version/1/data.csv", "version/1/original")
    for rest in rests:
        assert client.get(address(made, rest)).status_code == 200
    with house.database.work() as session:
        withdraw(session, made, kind)
    for rest in rests:
        answer = client.get(address(made, rest))
        assert answer.status_code == status, rest
        assert answer.headers["Cache-Control"] == "no-store"
    for page in (f"/dataset/{made.name}", f"/dataset/{made.name}/explore"):
        assert client.get(page).status_code == status


def test_bundle_holds_data_dictionary_and_citation(client: FlaskClient, made: FeedRecord) -> None:
    archive = zipfile.ZipFile(io.BytesIO(client.get(address(made, "bundle.zip")).data))
    assert sorted(archive.namelist()) == ["中小学名录_2026-07-10.csv", "数据字典_dictionary.csv", "说明_README.txt"]
    assert archive.read("中小学名录_2026-07-10.csv") == client.get(address(made, "data.csv")).data
    note = archive.read("说明_README.txt").decode()
    assert "黄石港区教育局. 中小学名录[DS/OL]" in note
    assert "学校代码" in archive.read("数据字典_dictionary.csv").decode("utf-8-sig")
