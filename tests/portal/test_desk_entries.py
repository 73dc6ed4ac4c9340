"""An entry from its first word to the public, in forms: drafts, gaps, stale forms, returns, withdrawal."""

from __future__ import annotations

import html
import re

import pytest

from catalog.entries import find_open_revision, get_entry
from catalog.models import AccountRole
from catalog.revision_texts import item_values, revision_values
from portal.i18n import english_texts
from tests.catalog.lifecycle import FIELDS
from tests.portal.workspace import District, plain

SCRIPT = "<script>alert(1)</script>"


def form_of(source: str) -> dict[str, str]:
    """What the entry's form would send, as a browser fills it; checkboxes that are off are left out."""
    fields: dict[str, str] = {}
    body = source[source.index('class="edit-form"') :]
    for tag in re.findall(r"<input[^>]+>", body):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind, name = attributes.get("type"), attributes.get("name")
        if name and (kind not in ("checkbox", "radio") or " checked" in tag):
            fields[name] = html.unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.S):
        fields[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def open_form(district: District, name: str, role: str = "editor") -> dict[str, str]:
    """The fields of the entry's form."""
    fields = form_of(district.people[role].get(f"/desk/entries/{name}/edit").get_data(as_text=True))
    fields.pop("csrf_token")
    return fields


def values_of(district: District, name: str) -> dict[str, object]:
    """The metadata of the open revision."""
    with district.house.database.reading() as session:
        revision = find_open_revision(session, get_entry(session, name))
        assert revision is not None
        return {**revision_values(revision), "items": [item_values(item) for item in revision.items]}


def test_title_alone_makes_a_draft_and_leads_to_its_form(district: District) -> None:
    answer = district.people["editor"].post("/desk/entries/new", title="黄石港区公共厕所名录")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/edit")
    assert "草稿已建立" in district.people["editor"].text(answer.headers["Location"])


def test_draft_without_title_comes_back_with_what_is_wrong_and_what_was_typed(district: District) -> None:
    answer = district.people["editor"].post("/desk/entries/new", title=" ", summary="厕所的位置")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#f-title"' in page
    assert "此项必填" in plain(page)
    assert "厕所的位置" in page


def test_repeated_title_warns_without_refusing(district: District) -> None:
    district.entry()
    answer = district.people["editor"].post("/desk/entries/new", title=FIELDS["title"])
    assert "已有 1 个同名条目" in district.people["editor"].text(answer.headers["Location"])


def test_form_shows_every_value_and_saving_it_unchanged_changes_nothing(district: District) -> None:
    name = district.entry(tags=["社区", "居委会"])
    before = values_of(district, name)
    fields = open_form(district, name)
    assert fields["tags"] == "社区、居委会"
    assert fields["items.1.name"] == "社区名称"
    assert district.people["editor"].post(f"/desk/entries/{name}/edit", **fields, save="1").status_code == 303
    assert values_of(district, name) == before


def test_changed_field_and_new_and_dropped_items_are_saved(district: District) -> None:
    name = district.entry()
    fields = open_form(district, name)
    fields |= {"summary": "两行\r\n摘要", "items.4.name": "书记", "items.4.type": "C", "items.2.drop": "1"}
    assert district.people["editor"].post(f"/desk/entries/{name}/edit", **fields, save="1").status_code == 303
    values = values_of(district, name)
    assert values["summary"] == "两行\n摘要"
    assert [item["name"] for item in values["items"]] == ["社区名称", "户数", "书记"]  # type: ignore[attr-defined]


def test_more_lines_can_be_asked_for_without_saving(district: District) -> None:
    name = district.entry()
    fields = open_form(district, name)
    answer = district.people["editor"].post(
        f"/desk/entries/{name}/edit", **{**fields, "items.4.name": "书记"}, more="1"
    )
    again = form_of(answer.get_data(as_text=True))
    assert again["items.4.name"] == "书记"
    assert "items.12.name" in again
    assert len(values_of(district, name)["items"]) == 3  # type: ignore[arg-type]


def test_wrong_values_come_back_beside_their_fields(district: District) -> None:
    name = district.entry()
    fields = open_form(district, name)
    fields |= {"region_code": "黄石", "items.2.field_name": "2nd", "summary": "保留我"}
    answer = district.people["editor"].post(f"/desk/entries/{name}/edit", **fields, save="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#f-region_code"' in page
    assert 'id="e-region_code"' in page
    assert 'href="#f-items.2.field_name"' in page
    assert "保留我" in page
    assert "“黄石”不是行政区划代码" in plain(page)


def test_two_editors_of_one_entry_see_both_texts_and_lose_none(district: District) -> None:
    name = district.entry()
    mine, theirs = open_form(district, name), open_form(district, name)
    editor = district.people["editor"]
    theirs |= {"summary": "同事写的摘要", "tags": "同事的词"}
    assert editor.post(f"/desk/entries/{name}/edit", **theirs, save="1").status_code == 303
    mine |= {"summary": "我写的摘要"}
    answer = editor.post(f"/desk/entries/{name}/edit", **mine, save="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "同事写的摘要" in page
    assert "我写的摘要" in page
    assert re.search(r'name="keep.summary" value="mine" checked', page)
    assert re.search(r'name="keep.tags" value="theirs" checked', page)
    assert values_of(district, name)["summary"] == "同事写的摘要"
    hidden = {
        html.unescape(key): html.unescape(value)
        for key, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        if key != "csrf_token"
    }
    choices = {"keep.summary": "mine", "keep.tags": "theirs"}
    assert editor.post(f"/desk/entries/{name}/edit", **{**hidden, **choices}, save="1").status_code == 303
    values = values_of(district, name)
    assert (values["summary"], values["tags"]) == ("我写的摘要", ["同事的词"])


def test_form_made_before_somebody_opened_a_revision_is_stale(district: District) -> None:
    name = district.entry("published")
    mine, theirs = open_form(district, name), open_form(district, name)
    editor = district.people["editor"]
    assert editor.post(f"/desk/entries/{name}/edit", **{**theirs, "summary": "先保存的"}, save="1").status_code == 303
    answer = editor.post(f"/desk/entries/{name}/edit", **{**mine, "summary": "后保存的"}, save="1")
    assert answer.status_code == 409
    assert values_of(district, name)["summary"] == "先保存的"


def test_saving_a_published_entry_opens_a_revision_and_shows_the_difference_to_the_office(district: District) -> None:
    name = district.entry("published")
    fields = open_form(district, name) | {"summary": "新的摘要"}
    answer = district.people["editor"].post(f"/desk/entries/{name}/edit", **fields, submit="1")
    assert answer.status_code == 303
    district.people["reviewer"].post(f"/desk/entries/{name}/steps", step="sign")
    page = district.people["office"].text(f"/office/review/{name}")
    assert "与公开内容的差别 1" in page
    assert FIELDS["summary"] in page
    assert "新的摘要" in page
    assert district.stored(name).state == "published"


def test_submitting_with_gaps_saves_and_says_what_is_missing(district: District) -> None:
    name = district.entry(contact_phone=None, domain=None)
    fields = open_form(district, name) | {"summary": "已改"}
    answer = district.people["editor"].post(f"/desk/entries/{name}/edit", **fields, submit="1")
    assert answer.headers["Location"].endswith("?check=1")
    page = district.people["editor"].text(answer.headers["Location"])
    assert "还不能提交" in page
    assert "提交前还须补充 2 处" in page
    assert "联系电话：联系电话和电子邮箱至少填一项。" in page
    assert values_of(district, name)["summary"] == "已改"


def test_step_that_gaps_forbid_tells_each_place_beside_the_button(district: District) -> None:
    name = district.entry(contact_phone=None)
    answer = district.people["editor"].post(f"/desk/entries/{name}/steps", step="submit")
    assert answer.status_code == 422
    assert f"/desk/entries/{name}/edit#f-contact_phone" in answer.get_data(as_text=True)


def test_returned_entry_shows_the_reason_on_top_and_is_submitted_again(district: District) -> None:
    name = district.entry("office_review")
    office = district.people["office"]
    empty = office.post(f"/office/review/{name}/steps", step="return_by_office", reason=" ")
    assert empty.status_code == 422
    assert "请写明理由" in plain(empty)
    assert (
        office.post(f"/office/review/{name}/steps", step="return_by_office", reason="摘要请写明范围。").status_code
        == 303
    )
    editor = district.people["editor"]
    assert "摘要请写明范围。" in editor.text("/desk")
    page = editor.text(f"/desk/entries/{name}")
    assert page.index("退回理由") < page.index("数据资源")
    assert "摘要请写明范围。" in editor.text(f"/desk/entries/{name}/edit")
    assert editor.post(f"/desk/entries/{name}/steps", step="submit").status_code == 303
    assert "部门审签" in editor.text(f"/desk/entries/{name}")


def test_nobody_signs_what_they_submitted(district: District) -> None:
    name = district.entry()
    both = district.people["editor"]
    with district.house.database.work() as session:
        session.add(AccountRole(account_id=both.actor.account_id, role="reviewer", granted_at=district.house.now()))
    both.post(f"/desk/entries/{name}/steps", step="submit")
    page = both.text(f"/desk/entries/{name}")
    assert "须由另一位同事办理" in page
    assert both.post(f"/desk/entries/{name}/steps", step="sign").status_code == 403
    assert "不能审核自己提交的内容" in plain(both.post(f"/desk/entries/{name}/steps", step="sign"))


def test_step_taken_by_somebody_faster_is_a_conflict_and_not_an_accident(district: District) -> None:
    name = district.entry("department_review")
    reviewer = district.people["reviewer"]
    lock = re.findall(r'name="lock" value="(\d+)"', reviewer.get(f"/desk/entries/{name}").get_data(as_text=True))[0]
    assert reviewer.post(f"/desk/entries/{name}/steps", step="sign", lock=lock).status_code == 303
    again = reviewer.post(f"/desk/entries/{name}/steps", step="sign", lock=lock)
    assert again.status_code == 409
    assert "可能已有人先行办理" in plain(again)


def test_entry_under_review_cannot_be_edited(district: District) -> None:
    name = district.entry("office_review")
    answer = district.people["editor"].get(f"/desk/entries/{name}/edit")
    assert answer.status_code == 303
    assert "正在审核中" in district.people["editor"].text(answer.headers["Location"])


def test_withdrawal_is_asked_for_by_the_department_and_decided_by_the_office(district: District) -> None:
    name = district.entry("published")
    editor, office = district.people["editor"], district.people["office"]
    editor.post(f"/desk/entries/{name}/steps", step="ask_withdrawal", reason="职能已划转。")
    assert FIELDS["title"] in office.text("/office/entries?state=withdrawal_review")
    assert "职能已划转。" in office.text(f"/office/review/{name}")
    assert office.post(f"/office/review/{name}/steps", step="withdraw").status_code == 303
    gone = district.app.test_client().get(f"/dataset/{name}")
    assert gone.status_code == 410
    assert "职能已划转。" in plain(gone)


def test_suspension_takes_the_entry_from_the_public_at_once_and_resuming_brings_it_back(district: District) -> None:
    name = district.published_with_data()
    office, public = district.people["office"], district.app.test_client()
    resource = district.resources(name)[0].resource.id
    data = f"/dataset/{name}/resource/{resource}/data.csv"
    assert public.get(data).status_code == 200
    office.post(f"/office/review/{name}/steps", step="suspend", reason="发现个人信息。")
    assert FIELDS["title"] in office.text("/office/entries?state=suspended")
    assert public.get(data).status_code in (403, 410)
    assert public.get(f"/dataset/{name}").status_code in (403, 410)
    assert office.post(f"/office/review/{name}/steps", step="resume").status_code == 303
    assert public.get(data).status_code == 200


def test_text_of_people_is_never_markup(district: District) -> None:
    name = district.entry(title=f"名录{SCRIPT}", summary=SCRIPT, contact_name=SCRIPT, contact_phone=None, origin=SCRIPT)
    editor = district.people["editor"]
    editor.post(f"/desk/entries/{name}/resources/new", kind="link", title=SCRIPT, url="https://example.com/<script>")
    fields = open_form(district, name)
    stale = editor.post(f"/desk/entries/{name}/edit", **{**fields, "lock": "1", "summary": SCRIPT * 2}, save="1")
    pages = [stale.get_data(as_text=True)]
    for address in ("/desk", "/desk/entries", f"/desk/entries/{name}", f"/desk/entries/{name}/edit?check=1"):
        pages.append(editor.get(address).get_data(as_text=True))
    assert stale.status_code == 409
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_list_is_narrowed_by_state(district: District) -> None:
    district.entry(title="草稿一")
    district.entry("returned", title="退回一")
    district.entry("published", title="发布一")
    for state, shown in {
        "draft": 1,
        "gaps": 0,
        "ready": 1,
        "returned": 1,
        "published": 1,
        "withdrawn": 0,
        "x": 3,
    }.items():
        assert f"共 {shown} 个条目" in district.people["editor"].text(f"/desk/entries?state={state}"), state


def test_list_pages_on_by_cursor_without_repeating(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.views.desk.entries.PAGE_SIZE", 2)
    for number in range(5):
        district.entry(title=f"条目{number}")
    seen, address = [], "/desk/entries"
    while address:
        source = district.people["editor"].get(address).get_data(as_text=True)
        seen += re.findall(r">(条目\d)<", source)
        following = re.search(r'rel="next" href="([^"]+)"', source)
        address = html.unescape(following[1]) if following else ""
    assert sorted(seen) == [f"条目{number}" for number in range(5)]


def test_resources_of_other_kinds_are_added_and_taken_out(district: District) -> None:
    name = district.entry()
    editor = district.people["editor"]
    bad = editor.post(f"/desk/entries/{name}/resources/new", kind="link", title="网页", url="javascript:alert(1)")
    assert bad.status_code == 422
    assert "不是网址" in plain(bad)
    assert (
        editor.post(
            f"/desk/entries/{name}/resources/new", kind="link", title="网页", url="https://example.com/a"
        ).status_code
        == 303
    )
    resource = district.resources(name)[0].resource.id
    assert "https://example.com/a" in editor.text(f"/desk/entries/{name}")
    assert editor.post(f"/desk/entries/{name}/resources/{resource}/remove").status_code == 303
    assert district.resources(name) == []


def test_desk_tells_what_to_do_first(district: District) -> None:
    district.entry("returned", title="被退的")
    district.entry("department_review", title="待签的")
    district.entry(title="有空缺的", domain=None)
    editor, reviewer = district.people["editor"].text("/desk"), district.people["reviewer"].text("/desk")
    assert editor.index("条目被退回") < editor.index("草稿还有空缺")
    assert "等待您审签" in reviewer
    assert "等待您审签" not in editor


def test_english_desk_speaks_english(district: District) -> None:
    name = district.entry("returned", domain="living")
    of_the_data = {"办公电话"}
    for address in ("/en/desk", "/en/desk/entries", f"/en/desk/entries/{name}", f"/en/desk/entries/{name}/edit"):
        page = district.people["editor"].text(address)
        left = [source for source in english_texts() if len(source) > 3 and source in page]
        assert set(left) <= of_the_data, (address, left)
