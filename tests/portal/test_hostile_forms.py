"""NUL, impossible numbers and strange times in the forms and lists of the workspaces: refused, never a crash."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.portal.workspace import District

NUL = "a\x00b"
NOBODYS = str(uuid.UUID(int=7))
HUGE = "9" * 30

LISTS = (
    ("editor", "/desk/entries?q=%00&state=%00&after=%00"),
    ("editor", "/desk/entries?after=" + "a" * 3000),
    ("editor", "/desk/entries/%00"),
    ("editor", "/desk/entries/{name}/data/new?resource=%00"),
    ("office", "/office/entries?department=%00&q=%00&after=%00"),
    ("office", "/office/review?after=%00"),
    ("office", "/office/review/%00"),
    ("office", "/office/departments/%00"),
    ("office", "/office/pulls?before=0001-01-01T00:00:00%2B23:00"),
    ("office", "/office/pulls?before=9999-12-31T23:59:59-23:00"),
    ("auditor", "/office/audit?act=%00&object=%00&account=%00"),
    ("auditor", "/office/audit?before=" + "9" * 18),
    ("system_admin", "/office/accounts?q=%00&after=%00"),
    ("system_admin", "/office/accounts/%00"),
)

FORMS = (
    ("editor", "/desk/entries/new", {"title": NUL, "summary": NUL}),
    ("editor", "/desk/entries/{name}/edit", {"title": NUL, "lock": NUL, "base": NUL, "tags": NUL, "update_cycle": NUL}),
    ("editor", "/desk/entries/{name}/resources/new", {"kind": "link", "title": NUL, "url": f"https://example.com/{NUL}"}),
    ("editor", "/desk/entries/{name}/resources/new", {"kind": NUL, "title": "甲", "url": "javascript:alert(1)"}),
    ("editor", "/desk/entries/{name}/steps", {"step": NUL, "reason": NUL, "lock": HUGE}),
    ("editor", "/desk/entries/{name}/steps", {"step": "submit", "reason": NUL, "lock": "99999999999"}),
    ("editor", "/desk/entries/{name}/data/new", {"resource": NUL, "title": NUL, "file": ("a\x00b.csv", b"a,b\n1,2\n")}),
    ("editor", "/desk/sheet", {"file": ("a\x00.xlsx", b"PK\x03\x04junk")}),
    ("editor", "/account/password", {"old_password": NUL, "password": NUL, "password_again": NUL}),
    ("editor", "/account/sign-in", {"username": NUL, "password": NUL, "next": NUL}),
    ("office", "/office/review/{name}/steps", {"step": "suspend", "reason": NUL}),
    ("office", "/office/departments/new", {"name": NUL, "slug": NUL, "name_en": NUL, "credit_code": NUL}),
    ("office", "/office/departments/new", {"name": "甲" * 5000, "slug": "y" * 500}),
    ("system_admin", "/office/accounts/new", {"username": NUL, "display_name": NUL, "department": NUL}),
    ("system_admin", "/office/accounts/new", {"username": "name", "display_name": "甲\u202e乙", "department": NOBODYS}),
    ("security_admin", "/office/accounts/{account}/roles", {"grant": NUL}),
)  # fmt: skip


def test_no_list_and_no_form_crashes(district: District) -> None:
    name, account = district.entry(), str(district.people["editor"].actor.account_id)
    for role, path in LISTS:
        assert district.people[role].get(path.replace("{name}", name)).status_code < 500, path
    for role, path, form in FORMS:
        address = path.replace("{name}", name).replace("{account}", account)
        answer = district.people[role].post(address, **form)
        assert answer.status_code < 500, (path, form)


@pytest.mark.parametrize("file_name", ['../../e;X: y;".csv', "../../../etc/passwd", "con.csv", "a" * 300 + ".csv"])
def test_name_of_a_delivered_file_reaches_neither_disk_nor_header(district: District, file_name: str) -> None:
    name = district.entry()
    intake = district.upload(name, file_name=file_name)
    assert district.people["editor"].post(f"{intake}/confirm").status_code == 303
    version = district.resources(name)[0].pending
    assert version is not None
    answer = district.people["editor"].get(f"/desk/entries/{name}/version/{version.id}/original")
    header = answer.headers["Content-Disposition"]
    answer.close()
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"(; filename\*=UTF-8\'\'[A-Za-z0-9._%~-]+)?', header)
    assert not re.search(r"%2F|%5C|%0D|%0A|%22|%00|\.\./", header)
