"""Uploads in pieces, as the tus protocol 1.0 says it (core, creation, termination): a lost connection costs one piece.

The page's script sends a file so and then submits the ordinary form with the number of the upload; any other client
that speaks the protocol can do the same.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import TYPE_CHECKING

from flask import Response, make_response, request, url_for

from catalog.errors import Conflict, Invalid
from datasets.uploads import begin_upload, get_upload
from portal.access import access
from portal.context import actor, house, now, reading, work
from portal.views.desk import bp

if TYPE_CHECKING:
    from datasets.models import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
PIECE_TYPE = "application/offset+octet-stream"
MAX_METADATA = 4096
MAX_DIGITS = 15


@bp.route("/uploads", methods=["OPTIONS"])
@access("data.upload")
def describe_uploads() -> Response:
    """What the protocol's clients ask first."""
    answer = _answer(204)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Max-Size"] = str(_max_bytes())
    return answer


@bp.post("/uploads")
@access("data.upload")
def begin() -> Response:
    """Announce a file: its size and its name. 201 with the address to which its pieces go."""
    _require_version()
    size = _number("Upload-Length")
    account_id = actor().account_id
    assert account_id is not None
    with work() as session:
        upload = begin_upload(
            session, account_id=account_id, file_name=_file_name(), byte_size=size, max_bytes=_max_bytes(), now=now()
        )
        upload_id = upload.id
    answer = _answer(201)
    answer.headers["Location"] = url_for("desk.send_piece", upload_id=upload_id)
    return answer


@bp.route("/uploads/<uuid:upload_id>", methods=["HEAD"])
@access("data.upload")
def show_upload(upload_id: uuid.UUID) -> Response:
    """How many bytes have arrived."""
    upload = _upload(upload_id)
    answer = _answer(200, offset=house().pieces.offset(upload))
    answer.headers["Upload-Length"] = str(upload.byte_size)
    return answer


@bp.patch("/uploads/<uuid:upload_id>")
@access("data.upload")
def send_piece(upload_id: uuid.UUID) -> Response:
    """Add a piece at the offset; 409 with the true one where it differs."""
    _require_version()
    if request.mimetype != PIECE_TYPE:
        raise Invalid("piece_type_is_bad", expected=PIECE_TYPE)
    upload = _upload(upload_id)
    offset = house().pieces.append(upload, _number("Upload-Offset"), request.stream)
    with work() as session:
        get_upload(session, upload_id, account_id=upload.account_id).touched_at = now()
    return _answer(204, offset=offset)


@bp.delete("/uploads/<uuid:upload_id>")
@access("data.upload")
def give_up(upload_id: uuid.UUID) -> Response:
    """Forget an upload with its bytes."""
    with work() as session:
        upload = get_upload(session, upload_id, account_id=_upload(upload_id).account_id)
        if upload.blob_sha256 is not None:
            raise Conflict("upload_is_used")
        session.delete(upload)
    house().pieces.discard(upload_id)
    return _answer(204)


def _upload(upload_id: uuid.UUID) -> Upload:
    account_id = actor().account_id
    assert account_id is not None
    with reading() as session:
        return get_upload(session, upload_id, account_id=account_id)


def _answer(status: int, *, offset: int | None = None) -> Response:
    answer = make_response("", status)
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    if offset is not None:
        answer.headers["Upload-Offset"] = str(offset)
    return answer


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Invalid("upload_protocol_differs", version=VERSION)


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise Invalid("upload_header_is_bad", header=header)
    return int(text)


def _file_name() -> str:
    """The name in `Upload-Metadata: filename <base64>`."""
    for pair in request.headers.get("Upload-Metadata", "")[:MAX_METADATA].split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise Invalid("upload_header_is_bad", header="Upload-Metadata") from None
    return "file"


def _max_bytes() -> int:
    return house().settings.upload_limit_mb * 1_000_000
