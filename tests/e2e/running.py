"""A real portal for tests: a home of its own, people with passwords, `kaifang serve` on a free port."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from catalog.accounts import create_account
from catalog.departments import create_department
from catalog.permissions import system_actor
from portal import migrating
from portal.demo.visitor import Answer, Visitor
from portal.demo_accounts import DemoAccount
from portal.house import House, build_house
from portal.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent.parent
DEPARTMENTS = {"minzheng": ("黄石港区民政局", "区民政局"), "jiaoyu": ("黄石港区教育局", "区教育局")}
PEOPLE = (
    # username, name, department, role
    ("editor", "填报员甲", "minzheng", "editor"),
    ("editor2", "填报员丁", "minzheng", "editor"),
    ("reviewer", "审签人乙", "minzheng", "reviewer"),
    ("head", "负责人辛", "minzheng", "head"),
    ("other", "填报员戊", "jiaoyu", "editor"),
    ("office", "政数局丙", None, "office"),
    ("office2", "政数局己", None, "office"),
    ("auditor", "审计员庚", None, "auditor"),
)
KEPT_ENVIRONMENT = ("PATH", "HOME", "LD_LIBRARY_PATH")


def settings_of(home: Path, **fields: object) -> Settings:
    """Settings of a home with its own SQLite database, whatever the environment says."""
    given = {"database_url": f"sqlite:///{home / 'kaifang.db'}", "access_log": False, **fields}
    return load_settings(home=home, **given)


def prepare_home(home: Path) -> dict[str, str]:
    """Migrate an empty home and make its departments and people; returns passwords by user name."""
    house = build_house(settings_of(home))
    migrating.upgrade(house.database.engine)
    now, installer = dt.datetime.now(dt.UTC) - dt.timedelta(days=1), system_actor("tests")
    passwords = {}
    with house.database.work() as session:
        ids = {
            key: create_department(session, name=name, short_name=short, slug=key, by=installer, now=now).id
            for key, (name, short) in DEPARTMENTS.items()
        }
        for username, name, department, role in PEOPLE:
            made = create_account(
                session,
                username=username,
                display_name=name,
                department_id=ids[department] if department else None,
                roles=[role],
                must_change_password=False,
                by=installer,
                now=now,
            )
            passwords[username] = made.password
    house.close()
    return passwords


def accounts_of(passwords: dict[str, str]) -> list[DemoAccount]:
    """The people of `prepare_home` as `kaifang demo` lists them."""
    return [
        DemoAccount(username, passwords[username], name, DEPARTMENTS[place][1] if place else "", [role])
        for username, name, place, role in PEOPLE
    ]


def environment(home: Path, **more: str) -> dict[str, str]:
    """A clean environment for the command line."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    given = {
        "KAIFANG_HOME": str(home),
        "PORT": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "REQUESTS_PER_MINUTE": "0",
        "LANG": "zh_CN.UTF-8",
        "SITE_NAME": "黄石港区公共数据开放平台",
    }
    return {**kept, **given, **more}


def kaifang(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "portal", *arguments],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Portal:
    """A running `kaifang serve` and the people who may sign in."""

    home: Path
    passwords: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    people: dict[str, Visitor] = field(default_factory=dict)

    def start(self) -> Portal:
        """Start it and wait for its first answer."""
        self.log = (self.home.parent / "serve.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal", "serve"],
            env=environment(self.home, **self.settings),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line + (self.home.parent / "serve.log").read_text()
        self.port = int(found[1])
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if self.visitor().get("/healthz").status == 200:
                    return self
            time.sleep(0.05)
        raise AssertionError("the portal does not answer")

    @property
    def address(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def visitor(self) -> Visitor:
        """Somebody without an account."""
        return Visitor(self.address)

    def person(self, username: str) -> Visitor:
        """Somebody who is signed in; signs in once."""
        if username not in self.people:
            self.people[username] = self.visitor()
            self.people[username].sign_in(username, self.passwords[username])
        return self.people[username]

    def house(self, **fields: object) -> House:
        """A view of its own upon the same home, for looking behind the pages."""
        return build_house(settings_of(self.home, **fields))

    def stop(self) -> int:
        """Ask it to stop and wait; its exit status."""
        self.process.terminate()
        status = self.process.wait(60)
        self.log.close()
        self.people.clear()
        return status

    def kill(self) -> None:
        """`kill -9` of every process, as a power cut would do it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.log.close()
        self.people.clear()


def wait_for(what: str, look: object, *, seconds: float = 20) -> object:
    """Ask `look()` until it gives something; AssertionError naming `what` after `seconds`."""
    assert callable(look)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def records(answer: Answer) -> dict[str, object]:
    """The datasets of a DCAT answer by identifier."""
    nodes = orjson.loads(answer.body)["@graph"]
    return {node["identifier"]: node for node in nodes if node["@type"] == "dcat:Dataset"}
