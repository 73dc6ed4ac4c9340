"""Uploads in pieces: what has arrived stays, the true offset is always told, and only its owner sees an upload."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import uuid

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from datasets.models import Intake, Upload
from portal.sweeping import sweep_files, sweep_rows
from tests.portal.workspace import District

ROWS = ("编号,名称\r\n" + "".join(f"{number:05d},第{number}处\r\n" for number in range(1, 2001))).encode()
TUS = {"Tus-Resumable": "1.0.0"}


class Sender:
    """A signed-in person's client that speaks the protocol."""

    def __init__(self, district: District, who: str = "editor") -> None:
        self.person = district.people[who]
        self.token = {"X-CSRFToken": self.person.find_token()}

    def post(self, address: str, headers: dict[str, str]) -> TestResponse:
        return self.person.client.post(address, headers={**self.token, **headers})

    def head(self, address: str, headers: dict[str, str]) -> TestResponse:
        return self.person.client.head(address, headers=headers)

    def delete(self, address: str, headers: dict[str, str]) -> TestResponse:
        return self.person.client.delete(address, headers={**self.token, **headers})

    def patch(self, address: str, piece: bytes, headers: dict[str, str]) -> TestResponse:
        kind = "application/offset+octet-stream"
        return self.person.client.patch(address, data=piece, headers={**self.token, **headers}, content_type=kind)

    def submit(self, name: str, address: str) -> TestResponse:
        """The ordinary form, naming what has arrived."""
        return self.person.post(f"/desk/entries/{name}/data/new", upload=address.rpartition("/")[2], resource="")


def _editor(district: District) -> Sender:
    return Sender(district)


def _begin(client: Sender, size: int = len(ROWS), name: str = "点位.csv") -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = client.post("/desk/uploads", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201, answer.text[-300:]
    return answer.headers["Location"]


def _send(client: Sender, address: str, offset: int, piece: bytes) -> tuple[int, str | None]:
    answer = client.patch(address, piece, {**TUS, "Upload-Offset": str(offset)})
    return answer.status_code, answer.headers.get("Upload-Offset")


def test_pieces_make_a_file_that_is_read_as_if_it_had_come_whole(district: District) -> None:
    name = district.entry()
    client = _editor(district)
    address = _begin(client)
    assert _send(client, address, 0, ROWS[:10_000]) == (204, "10000")
    head = client.head(address, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("10000", str(len(ROWS)))
    assert _send(client, address, 10_000, ROWS[10_000:]) == (204, str(len(ROWS)))
    answer = client.submit(name, address)
    assert answer.status_code in (302, 303)
    with district.house.database.reading() as session:
        intake = session.scalars(select(Intake)).one()
    assert (intake.file_name, intake.blob_sha256) == ("点位.csv", hashlib.sha256(ROWS).hexdigest())
    assert intake.reading is not None and intake.reading["row_count"] == 2000
    assert list(district.house.pieces.root.iterdir()) == []


def test_wrong_offset_is_told_the_true_one_and_changes_nothing(district: District) -> None:
    client = _editor(district)
    address = _begin(client)
    _send(client, address, 0, ROWS[:100])
    for wrong in (0, 99, 101, 10**9):
        assert _send(client, address, wrong, b"x")[0] == 409
    assert client.head(address, headers=TUS).headers["Upload-Offset"] == "100"


def test_more_than_was_announced_is_refused(district: District) -> None:
    client = _editor(district)
    address = _begin(client, size=10)
    assert _send(client, address, 0, b"12345678901")[0] == 413
    assert client.head(address, headers=TUS).headers["Upload-Offset"] == "0"


def test_a_file_that_is_not_whole_is_no_delivery(district: District) -> None:
    name = district.entry()
    client = _editor(district)
    address = _begin(client)
    _send(client, address, 0, ROWS[:100])
    answer = client.submit(name, address)
    assert answer.status_code == 409
    assert f"已收到 100 / {len(ROWS)} 字节" in answer.text
    with district.house.database.reading() as session:
        assert session.scalars(select(Intake)).all() == []


def test_uploads_of_others_are_not_there(district: District) -> None:
    client = _editor(district)
    address = _begin(client)
    other = Sender(district, "other_editor")
    assert other.head(address, headers=TUS).status_code == 404
    assert _send(other, address, 0, b"x")[0] == 404
    assert other.delete(address, headers=TUS).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "10"}, 422),
        ({**TUS}, 422),
        ({**TUS, "Upload-Length": "-1"}, 422),
        ({**TUS, "Upload-Length": "0"}, 422),
        ({**TUS, "Upload-Length": "1e9"}, 422),
        ({**TUS, "Upload-Length": "９"}, 422),
        ({**TUS, "Upload-Length": str(10**14)}, 413),
        ({**TUS, "Upload-Length": "5", "Upload-Metadata": "filename !!!"}, 422),
    ],
)
def test_bad_announcements_are_refused(district: District, headers: dict[str, str], status: int) -> None:
    client = _editor(district)
    sent = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert client.post("/desk/uploads", headers=sent).status_code == status


def test_an_account_has_five_uploads_under_way_at_most_and_can_give_one_up(district: District) -> None:
    client = _editor(district)
    addresses = [_begin(client) for _ in range(5)]
    sixth = client.post("/desk/uploads", headers={**TUS, "Upload-Length": "10"})
    assert sixth.status_code == 409
    _send(client, addresses[0], 0, b"12345")
    assert client.delete(addresses[0], headers=TUS).status_code == 204
    assert list(district.house.pieces.root.iterdir()) == []
    _begin(client)


def test_what_nobody_continues_is_gone_after_two_days(district: District) -> None:
    client = _editor(district)
    address = _begin(client)
    _send(client, address, 0, ROWS[:100])
    with district.house.database.work() as session:
        upload = session.get_one(Upload, uuid.UUID(address.rpartition("/")[2]))
        upload.touched_at -= dt.timedelta(days=3)
    sweep_rows(district.house)
    sweep_files(district.house)
    assert client.head(address, headers=TUS).status_code == 404
