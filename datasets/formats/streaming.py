"""What DuckDB writes with COPY as a stream of bytes that is never a file: hashed and compressed while it is made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

CHUNK_BYTES = 1 << 20
PIPE_BYTES = 64 << 10
"""What a pipe holds."""


@contextmanager
def streamed(write: Callable[[Path], object], path: Path) -> Iterator[Iterator[bytes]]:
    """Let `write` write to the new file `path` in a thread, and give its bytes in pieces of at most CHUNK_BYTES.

    The file is a named pipe where the system has them, so nothing reaches the disk and both sides work at once.
    Raises what `write` raises, when the block has ended. A reader that leaves early ends the writing.
    """
    if not hasattr(os, "mkfifo"):
        write(path)
        with path.open("rb") as file:
            yield iter(lambda: file.read(CHUNK_BYTES), b"")
        path.unlink()
        return
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    held = os.open(path, os.O_WRONLY)
    os.set_blocking(reading, True)

    def run() -> None:
        try:
            write(path)
        finally:
            os.close(held)

    with ThreadPoolExecutor(1) as executor:
        writing = executor.submit(run)
        try:
            yield _pieces(reading)
            writing.result()
        finally:
            os.close(reading)
            path.unlink()


def _pieces(descriptor: int) -> Iterator[bytes]:
    """Whole pieces: a pipe gives 64 KB at a time, and what is done with each costs a little."""
    parts: list[bytes] = []
    gathered = 0
    while part := os.read(descriptor, PIPE_BYTES):
        parts.append(part)
        gathered += len(part)
        if gathered >= CHUNK_BYTES:
            yield b"".join(parts)
            parts, gathered = [], 0
    if parts:
        yield b"".join(parts)
