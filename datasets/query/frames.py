"""Messages between the query pool and its children: four bytes of length, then JSON."""

from __future__ import annotations

import struct
from typing import IO, Any

import orjson

LENGTH = struct.Struct(">I")
MAX_BYTES = 256 << 20


def encode_frame(message: dict[str, Any]) -> bytes:
    """One message as bytes."""
    body = orjson.dumps(message)
    return LENGTH.pack(len(body)) + body


def read_frame(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None when the other side has closed or broken off. Raises ValueError for what is no message."""
    head = _read(stream, LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > MAX_BYTES:
        raise ValueError("frame too long")
    body = _read(stream, size)
    if len(body) < size:
        return None
    message: dict[str, Any] = orjson.loads(body)
    return message


def _read(stream: IO[bytes], size: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe that is read without a buffer gives what it holds just now."""
    parts: list[bytes] = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
