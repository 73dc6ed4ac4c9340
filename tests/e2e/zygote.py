"""Runs acts in forked processes that die by `kill -9` at a chosen point; the portal is not changed for it.

A point is every SQL statement, every commit and every file operation that Python's audit events tell (open for
writing, rename, remove, mkdir, …). The first run counts the points, further runs die at one of them: a power cut at
every step, and quick, because everything is imported once. `Acts` is the tests' end of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
FILE_EVENTS = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.link", "os.rmdir", "os.truncate", "os.utime", "shutil.copyfile"}
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Outcome:
    """How an act ended. `is_done` tells that it was acknowledged; `points` how many points it passed."""

    is_killed: bool
    is_done: bool
    points: int
    trouble: str


class Acts:
    """A warm process that forks one child per act."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, act: str, home: Path, *, kill_at: int | None = None, **params: Any) -> Outcome:
        """Run an act of `zygote_acts` or `zygote_data_acts` on a home; with `kill_at` it dies at that point."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(
            json.dumps({"act": act, "home": str(home), "kill_at": kill_at, "params": params}) + "\n"
        )
        self.process.stdin.flush()
        return Outcome(**json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """End it."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(20)


class _Points:
    """Counts points and dies at one."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.count = 0
        self.is_counting = False

    def pass_one(self, *_: Any, **__: Any) -> None:
        if self.is_counting:
            self.count += 1
            if self.count == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def on_audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS or (event == "open" and arguments[2] & WRITING):
            self.pass_one()


def main() -> None:
    """Fork one child per line of standard input."""
    from catalog.search.question import parse_question
    from tests.e2e.zygote_acts import ACTS
    from tests.e2e.zygote_data_acts import DATA_ACTS

    acts = {**ACTS, **DATA_ACTS}
    parse_question("预热词典")

    for line in sys.stdin:
        wish = json.loads(line)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            _run_child(acts[wish["act"]], wish, writer)
        os.close(writer)
        with os.fdopen(reader) as told:
            said = told.read().split("\n", 2)
        _, status = os.waitpid(pid, 0)
        is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        points = int(said[1]) if len(said) > 1 and said[1].isdigit() else 0
        outcome = Outcome(is_killed, said[0] == "done", points, said[2] if len(said) > 2 else "")
        print(json.dumps(outcome.__dict__), flush=True)


def _run_child(act: Callable[..., None], wish: dict[str, Any], writer: int) -> None:
    """The act's acknowledgement goes out at once, before whatever may still kill it."""
    points = _Points(wish["kill_at"])
    trouble = ""
    try:
        from sqlalchemy import Engine, event

        sys.addaudithook(points.on_audit)
        event.listen(Engine, "before_cursor_execute", points.pass_one)
        event.listen(Engine, "commit", points.pass_one)
        points.is_counting = True
        act(Path(wish["home"]), **wish["params"])
        points.is_counting = False
        os.write(writer, b"done\n")
    except Exception:  # noqa: BLE001  told to the test, which judges it
        points.is_counting = False
        trouble = traceback.format_exc()
        os.write(writer, b"failed\n")
    os.write(writer, f"{points.count}\n{trouble}".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
