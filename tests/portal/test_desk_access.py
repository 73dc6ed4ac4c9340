"""Who may open which page of the workspaces, and that nobody reaches into another department."""

from __future__ import annotations

import uuid

from tests.portal.workspace import District, Person

ANYBODY = uuid.UUID(int=7)

DESK_PAGES = {
    # address: roles that may open it
    "/desk": {"editor", "reviewer", "head"},
    "/desk/entries": {"editor", "reviewer", "head"},
    "/desk/entries/new": {"editor"},
    "/desk/entries/{name}": {"editor", "reviewer", "head"},
    "/desk/entries/{name}/edit": {"editor"},
    "/desk/entries/{name}/data/new": {"editor"},
    "/desk/entries/{name}/resources/new": {"editor"},
    "/desk/sheet": {"editor"},
    "/desk/sheet/template.xlsx": {"editor"},
    "/desk/sheet/catalog.xlsx": {"editor"},
    "/office": {"office"},
    "/office/review": {"office"},
    "/office/entries": {"office"},
    "/office/review/{name}": {"office"},
    "/office/departments": {"office"},
    "/office/accounts": {"system_admin", "security_admin"},
    "/office/accounts/new": {"system_admin"},
    "/office/audit": {"auditor"},
    "/office/pulls": {"office", "auditor"},
}
ROLES = ("editor", "reviewer", "head", "office", "system_admin", "security_admin", "auditor")

OF_OTHERS = (
    "/desk/entries/{name}",
    "/desk/entries/{name}/edit",
    "/desk/entries/{name}/data/new",
    "/desk/entries/{name}/resources/new",
    f"/desk/entries/{{name}}/version/{ANYBODY}",
)


def test_pages_open_for_their_roles_only(district: District) -> None:
    name = district.entry()
    for page, allowed in DESK_PAGES.items():
        for role in ROLES:
            status = district.people[role].get(page.format(name=name)).status_code
            assert status == (200 if role in allowed else 403), (role, page, status)


def test_public_is_asked_to_sign_in(district: District) -> None:
    for page in DESK_PAGES:
        answer = district.app.test_client().get(page.format(name="x"))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/sign-in?next=/")


def test_entry_of_another_department_does_not_exist_here(district: District) -> None:
    name = district.entry()
    for page in OF_OTHERS:
        assert district.people["other_editor"].get(page.format(name=name)).status_code == 404, page


def test_forms_of_another_department_reach_nothing(district: District) -> None:
    name = district.published_with_data()
    version = district.resources(name)[0].published
    resource = district.resources(name)[0].resource.id
    intake = district.upload(name)
    stranger, signer = district.people["other_editor"], district.people["other_reviewer"]
    for person, address, form in (
        (stranger, f"/desk/entries/{name}/steps", {"step": "ask_withdrawal", "reason": "不再需要"}),
        (stranger, f"/desk/entries/{name}/edit", {"title": "别人的标题"}),
        (stranger, f"/desk/entries/{name}/data/new", {"file": ("a.csv", b"a,b\n1,2\n")}),
        (stranger, f"/desk/entries/{name}/resources/new", {"kind": "link", "title": "x", "url": "https://example.com"}),
        (stranger, f"/desk/entries/{name}/resources/{resource}/remove", {}),
        (stranger, f"{intake}/confirm", {}),
        (stranger, f"{intake}/discard", {}),
        (stranger, f"{intake}/reading", {}),
        (signer, f"{intake}/confirm", {"override_basis": "无"}),
        (signer, f"/desk/entries/{name}/version/{version.id}/steps", {"step": "retract_data", "reason": "x"}),
    ):
        assert person.post(address, **form).status_code == 404, address
    for address in (intake, f"/desk/entries/{name}/version/{version.id}/original"):
        assert stranger.get(address).status_code == 404


def test_version_of_another_entry_does_not_exist_under_this_one(district: District) -> None:
    name, other = district.published_with_data(), district.entry("published", "另一条目")
    version = district.resources(name)[0].published
    for room, role in (("/desk/entries", "editor"), ("/office/review", "office")):
        assert district.people[role].get(f"{room}/{other}/version/{version.id}").status_code == 404


def test_unknown_ids_are_not_found(district: District) -> None:
    editor = district.people["editor"]
    for address in (f"/desk/intake/{ANYBODY}", f"/desk/sheet/{ANYBODY}", "/desk/entries/no-such-entry"):
        assert editor.get(address).status_code == 404, address


def test_workspaces_are_kept_in_no_cache(district: District) -> None:
    for role, address in (("editor", "/desk"), ("office", "/office"), ("editor", "/desk/sheet/template.xlsx")):
        assert district.people[role].get(address).headers["Cache-Control"] == "private, no-store"


def test_form_without_token_is_refused(district: District) -> None:
    name = district.entry()
    answer = district.people["editor"].client.post(f"/desk/entries/{name}/steps", data={"step": "submit"})
    assert answer.status_code == 400
    assert district.people["editor"].text(f"/desk/entries/{name}").count("草稿") > 0


def test_navigation_leads_everybody_to_their_first_page(district: District) -> None:
    first: dict[str, str] = {
        "editor": "/desk",
        "office": "/office",
        "system_admin": "/office/accounts",
        "security_admin": "/office/accounts",
        "auditor": "/office/audit",
    }
    for role, address in first.items():
        person: Person = district.people[role]
        assert person.get("/account/sign-in").headers["Location"] == address
        assert f'href="{address}"' in person.get("/account").get_data(as_text=True)
        assert person.get(address).status_code == 200
