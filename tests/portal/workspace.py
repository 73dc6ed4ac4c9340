"""A district with people who sign in and work in the browser: no step is taken but by their forms."""

from __future__ import annotations

import html
import io
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.entries import create_entry, get_entry
from catalog.models import Account, AccountRole, Department, Entry
from catalog.permissions import Actor
from catalog.resources import list_resources
from catalog.sessions import begin_session
from catalog.workflow import take_step
from portal.house import House
from tests.catalog.lifecycle import FIELDS, ITEMS, PATHS, STEP_ROLES, make_actor, make_department

ROLES_OF_DEPARTMENT = ("editor", "reviewer", "head")
OTHER_ROLES = ("office", "system_admin", "security_admin", "auditor")
CSV = "社区名称,办公电话,户数\r\n示例社区一,0714-6250001,1200\r\n示例社区二,0714-6250002,950\r\n"
"""A file that fits ITEMS."""


@dataclass
class Person:
    """One signed-in person with a browser that sends forms with their tokens."""

    actor: Actor
    client: FlaskClient
    token: str = ""

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def find_token(self) -> str:
        """What every writing request must carry."""
        if not self.token:
            source = self.client.get("/account").get_data(as_text=True)
            self.token = re.findall(r'name="csrf_token" value="([^"]+)"', source)[0]
        return self.token

    def text(self, path: str) -> str:
        """The text of a page that must open."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, plain(answer)[-300:])
        return plain(answer)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form; `("name", b"…")` tuples are files."""
        self.find_token()
        data = {
            name: (io.BytesIO(value[1]), value[0]) if isinstance(value, tuple) else value
            for name, value in form.items()
        }
        return self.client.post(path, data={"csrf_token": self.token, **data}, content_type="multipart/form-data")


@dataclass
class District:
    """Two departments with their people, the office and the administrators, over one house."""

    app: Flask
    house: House
    people: dict[str, Person] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)

    def entry(self, state: str = "draft", title: str = FIELDS["title"], **fields: Any) -> str:
        """The name of an entry of the first department in a state of PATHS."""
        with self.house.database.work() as session:
            made = create_entry(
                session,
                department_id=self.departments["own"].id,
                fields={**FIELDS, "title": title, **fields},
                items=ITEMS,
                by=self.people["editor"].actor,
                now=self.house.now(),
            )
            for step in PATHS[state]:
                by = self.people[STEP_ROLES.get(step, "office")].actor
                take_step(session, made, step, by=by, now=self.house.now(), reason="按规定办理")
            return made.name

    def stored(self, name: str) -> Entry:
        """The entry as it stands now."""
        with self.house.database.reading() as session:
            return get_entry(session, name)

    def resources(self, name: str) -> list[Any]:
        """Its resources with their versions."""
        with self.house.database.reading() as session:
            return list_resources(session, get_entry(session, name).id)

    def upload(self, name: str, data: bytes = CSV.encode(), file_name: str = "社区名录.csv", **form: str) -> str:
        """Upload a file by the editor's form; the address of its intake."""
        living = [facts.resource.id for facts in self.resources(name)]
        chosen = {"resource": str(living[0])} if living else {"title": "社区名录"}
        answer = self.people["editor"].post(
            f"/desk/entries/{name}/data/new", file=(file_name, data), **{**chosen, **form}
        )
        assert answer.status_code == 303, plain(answer)[-300:]
        return answer.headers["Location"]

    def published_with_data(self, data: bytes = CSV.encode()) -> str:
        """A published entry with a first data version, all by forms."""
        name = self.entry()
        intake = self.upload(name, data)
        assert self.people["editor"].post(f"{intake}/confirm").status_code == 303
        for who, room, step in (
            ("editor", "/desk/entries", "submit"),
            ("reviewer", "/desk/entries", "sign"),
            ("office", "/office/review", "approve"),
            ("office", "/office/review", "publish"),
        ):
            answer = self.people[who].post(f"{room}/{name}/steps", step=step)
            assert answer.status_code == 303, (step, plain(answer)[-400:])
        return name


def make_district(app: Flask, house: House) -> District:
    """黄石港区民政局 ("own") and 黄石港区教育局 ("other"), and everybody who works with them."""
    district = District(app, house)
    with house.database.work() as session:
        district.departments["own"] = make_department(session, "黄石港区民政局", house.now())
        district.departments["other"] = make_department(session, "黄石港区教育局", house.now())
        actors = {
            role: make_actor(session, role, department=district.departments["own"]) for role in ROLES_OF_DEPARTMENT
        }
        actors |= {
            f"other_{role}": make_actor(session, role, department=district.departments["other"])
            for role in ROLES_OF_DEPARTMENT
        }
        actors |= {role: make_actor(session, role) for role in OTHER_ROLES}
        actors["second_office"] = make_actor(session, "office", name="政数局丁")
        tokens = {}
        for name, actor in actors.items():
            assert actor.account_id is not None
            account = session.get_one(Account, actor.account_id)
            account.password_changed_at, account.must_change_password = house.now(), False
            for role in actor.roles:
                session.add(AccountRole(account_id=actor.account_id, role=role, granted_at=house.now()))
            session.flush()
            tokens[name] = begin_session(session, actor.account_id, now=house.now(), address=None, user_agent=None)
    for name, actor in actors.items():
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = tokens[name], True
        district.people[name] = Person(actor, client)
    return district


def plain(answer: TestResponse | str) -> str:
    """The words of a page, blanks collapsed."""
    source = answer if isinstance(answer, str) else answer.get_data(as_text=True)
    source = re.sub(r"<(script|style)\b.*?</\1>", " ", source, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", source))).strip()


def ids_in(text: str, pattern: str) -> list[uuid.UUID]:
    """Ids in addresses of a page: `pattern` holds one group."""
    return [uuid.UUID(found) for found in re.findall(pattern, text)]
