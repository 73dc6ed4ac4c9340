"""Messages between a server and its query children: whole ones, however long, or none."""

from __future__ import annotations

import os
import threading

from datasets.query.frames import encode_frame, read_frame

LONG = {"columns": ["x" * 100] * 5_000}
"""Half a megabyte, as the columns of a wide table: a pipe holds 64 KB at a time."""


def _through_a_pipe(data: bytes) -> dict | None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb", buffering=0) as stream:
        found = read_frame(stream)
        stream.read()
    writer.join()
    return found


def test_long_messages_arrive_whole() -> None:
    assert _through_a_pipe(encode_frame(LONG)) == LONG


def test_a_message_that_breaks_off_is_none() -> None:
    assert _through_a_pipe(encode_frame(LONG)[:70_000]) is None
    assert _through_a_pipe(b"") is None
