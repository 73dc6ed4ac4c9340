"""Creating, opening and saving entries; what two people who save at once get to see; what no way of writing lets in."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.entries import (
    create_entry,
    edit_revision,
    find_published_revision,
    find_same_titles,
    get_entry,
    get_entry_for,
    open_revision,
    save_revision,
)
from catalog.entry_lists import list_entries
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, DataItem, Entry, Revision
from catalog.resources import add_resource, get_resource
from catalog.slugs import make_name
from tests.catalog.lifecycle import ITEMS, Lifecycle, make_actor, make_department, make_people


def test_a_draft_needs_a_title_only(session: Session, lifecycle: Lifecycle) -> None:
    people = lifecycle.people
    entry = create_entry(
        session, department_id=people.department.id, fields={"title": "公厕"}, by=people.editor, now=lifecycle.now
    )
    revision = lifecycle.revision(entry)
    assert (entry.state, revision.state, revision.number, revision.license) == (
        "never_published",
        "draft",
        1,
        "portal-open",
    )
    assert revision.gaps == [
        "summary",
        "domain",
        "format_category",
        "format_type",
        "open_type",
        "share_type",
        "update_cycle",
        "contact_phone",
        "items",
    ]


@pytest.mark.parametrize("title", ["", "   ", None])
def test_a_draft_without_a_title_is_refused(session: Session, lifecycle: Lifecycle, title: Any) -> None:
    people = lifecycle.people
    with pytest.raises(Invalid) as caught:
        create_entry(
            session, department_id=people.department.id, fields={"title": title}, by=people.editor, now=lifecycle.now
        )
    assert [(p.where, p.code) for p in caught.value.problems] == [("title", "required_missing")]


def test_the_name_is_pinyin_ascii_and_fixed(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft("黄石港区社区名录")
    assert re.fullmatch(r"huang-shi-gang-qu-she-qu-ming-lu-[a-z2-9]{5}", entry.name)
    name = entry.name
    save_revision(
        session,
        lifecycle.revision(entry),
        fields={"title": "别的"},
        expected_lock=None,
        by=lifecycle.people.editor,
        now=lifecycle.now,
    )
    assert get_entry(session, name).id == entry.id
    assert lifecycle.draft("黄石港区社区名录").name != name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("2023年PM2.5（空气）", "2023-nian-pm2-5-kong-qi-abcde"),
        ("😀", "dataset-abcde"),
        ("../../etc/passwd", "etc-passwd-abcde"),
        ("长" * 128, "-".join(["chang"] * 10) + "-abcde"),
        ("x" * 128, "x" * 60 + "-abcde"),
    ],
)
def test_any_title_makes_a_name_for_addresses(title: str, name: str) -> None:
    assert make_name(title, "abcde") == name


def test_only_editors_of_the_department_create_and_edit(session: Session, lifecycle: Lifecycle) -> None:
    people, strangers = lifecycle.people, make_people(session, "黄石港区教育局")
    entry = lifecycle.entry("published")
    for by in (people.reviewer, people.office, strangers.editor, make_actor(session, "auditor")):
        with pytest.raises(NotAllowed):
            create_entry(session, department_id=people.department.id, fields={"title": "甲"}, by=by, now=lifecycle.now)
        with pytest.raises(NotAllowed):
            open_revision(session, entry, by=by, now=lifecycle.now)
    revision = open_revision(session, entry, by=people.editor, now=lifecycle.now)
    with pytest.raises(NotAllowed):
        save_revision(
            session, revision, fields={"title": "乙"}, expected_lock=None, by=strangers.editor, now=lifecycle.now
        )
    with pytest.raises(NotAllowed):
        add_resource(session, entry, kind="file", title="甲", by=strangers.editor, now=lifecycle.now)


def test_drafts_of_others_look_as_if_they_did_not_exist(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.draft()
    stranger = make_people(session, "黄石港区教育局").editor
    with pytest.raises(NotFound) as hidden:
        get_entry_for(session, entry.name, by=stranger)
    with pytest.raises(NotFound) as missing:
        get_entry_for(session, "no-such-entry", by=stranger)
    assert hidden.value.code == missing.value.code == "entry_not_found"
    assert get_entry_for(session, entry.name, by=lifecycle.people.office).id == entry.id


def test_a_department_that_has_been_closed_takes_no_new_entries(session: Session, lifecycle: Lifecycle) -> None:
    closed = make_department(session, "已撤并的局")
    closed.is_active = False
    editor = make_actor(session, "editor", department=closed)
    with pytest.raises(NotFound):
        create_entry(session, department_id=closed.id, fields={"title": "甲"}, by=editor, now=lifecycle.now)


def test_the_second_of_two_editors_sees_both_texts(session: Session, lifecycle: Lifecycle) -> None:
    revision = lifecycle.revision(lifecycle.draft())
    seen, editor = revision.lock_version, lifecycle.people.editor
    save_revision(session, revision, fields={"summary": "甲写的"}, expected_lock=seen, by=editor, now=lifecycle.now)
    with pytest.raises(Conflict) as caught:
        save_revision(
            session,
            revision,
            fields={"summary": "乙写的", "domain": "living", "temporal_start": "2026-01-01"},
            items=ITEMS[:2],
            expected_lock=seen,
            by=editor,
            now=lifecycle.now,
        )
    assert caught.value.code == "stale_form"
    assert caught.value.params["lock"] == seen + 1
    differences = caught.value.params["differences"]
    assert differences[:2] == [
        {"field": "summary", "yours": "乙写的", "theirs": "甲写的"},
        {"field": "temporal_start", "yours": "2026-01-01", "theirs": None},
    ]
    assert [d["field"] for d in differences[2:]] == ["items.户数"]
    assert session.get_one(Revision, revision.id).summary == "甲写的"


def test_changing_only_the_data_items_makes_older_forms_stale(session: Session, lifecycle: Lifecycle) -> None:
    revision = lifecycle.revision(lifecycle.draft())
    seen, editor = revision.lock_version, lifecycle.people.editor
    save_revision(session, revision, fields={}, items=ITEMS[:1], expected_lock=seen, by=editor, now=lifecycle.now)
    assert revision.lock_version == seen + 1
    assert [item.name for item in revision.items] == ["社区名称"]
    assert session.scalar(select(func.count()).select_from(DataItem)) == 1


def test_saving_what_is_there_already_writes_nothing(session: Session, lifecycle: Lifecycle) -> None:
    revision = lifecycle.revision(lifecycle.draft())
    before, audited = revision.lock_version, session.scalar(select(func.count()).select_from(AuditRow))
    save_revision(
        session,
        revision,
        fields={"summary": revision.summary, "tags": "社区；居委会"},
        items=ITEMS,
        expected_lock=before,
        by=lifecycle.people.editor,
        now=lifecycle.now + dt.timedelta(hours=1),
    )
    assert (revision.lock_version, revision.changed_at) == (before, lifecycle.now)
    assert session.scalar(select(func.count()).select_from(AuditRow)) == audited


@pytest.mark.parametrize("state", ["department_review", "office_review", "approved"])
def test_nothing_is_edited_while_it_is_reviewed(session: Session, lifecycle: Lifecycle, state: str) -> None:
    entry, editor = lifecycle.entry(state), lifecycle.people.editor
    with pytest.raises(Conflict) as caught:
        save_revision(
            session,
            lifecycle.revision(entry),
            fields={"title": "偷改"},
            expected_lock=None,
            by=editor,
            now=lifecycle.now,
        )
    assert (caught.value.code, caught.value.params) == ("revision_in_review", {"state": state})
    with pytest.raises(Conflict):
        edit_revision(session, entry, by=editor, now=lifecycle.now)
    with pytest.raises(Conflict):
        add_resource(session, entry, kind="file", title="甲", by=editor, now=lifecycle.now)


def test_published_and_superseded_revisions_are_never_edited(session: Session, lifecycle: Lifecycle) -> None:
    entry = lifecycle.entry("published")
    published = find_published_revision(session, entry)
    assert published is not None
    with pytest.raises(Conflict):
        save_revision(
            session,
            published,
            fields={"title": "偷改"},
            expected_lock=None,
            by=lifecycle.people.editor,
            now=lifecycle.now,
        )


def test_there_is_one_open_revision_and_it_begins_as_a_copy(session: Session, lifecycle: Lifecycle) -> None:
    entry, editor = lifecycle.entry("published"), lifecycle.people.editor
    revision = open_revision(session, entry, by=editor, now=lifecycle.now)
    published = find_published_revision(session, entry)
    assert published is not None
    assert (revision.number, revision.state, revision.title) == (2, "draft", published.title)
    assert [item.field_name for item in revision.items] == ["name", "phone", "households"]
    assert {item.id for item in revision.items}.isdisjoint({item.id for item in published.items})
    with pytest.raises(Conflict) as caught:
        open_revision(session, entry, by=editor, now=lifecycle.now)
    assert caught.value.code == "revision_already_open"
    assert edit_revision(session, entry, by=editor, now=lifecycle.now).id == revision.id


FORBIDDEN: list[tuple[dict[str, Any], str, str]] = [
    ({"is_secret": True}, "is_secret", "secret_metadata"),
    ({"opened_upstream_url": "javascript:alert(1)"}, "opened_upstream_url", "not_a_web_address"),
    ({"title": "长" * 129}, "title", "too_long"),
    ({"domain": "nonsense"}, "domain", "not_in_vocabulary"),
    ({"topics": ["weather"]}, "topics", "not_in_vocabulary"),
    ({"state": "published"}, "state", "unknown_field"),
    ({"department_id": "x"}, "department_id", "unknown_field"),
    ({"temporal_start": "2026-02-30"}, "temporal_start", "not_a_date"),
    ({"region_code": "42020"}, "region_code", "bad_region"),
    ({"summary": ["a"]}, "summary", "not_a_text"),
]


@pytest.mark.parametrize(("fields", "where", "code"), FORBIDDEN)
def test_what_may_not_be_stored_is_refused_on_every_way_of_writing(
    session: Session, lifecycle: Lifecycle, fields: dict[str, Any], where: str, code: str
) -> None:
    people, entry = lifecycle.people, lifecycle.draft()
    revision = lifecycle.revision(entry)
    with pytest.raises(Invalid) as on_create:
        create_entry(
            session,
            department_id=people.department.id,
            fields={"title": "甲", **fields},
            by=people.editor,
            now=lifecycle.now,
        )
    with pytest.raises(Invalid) as on_save:
        save_revision(session, revision, fields=fields, expected_lock=None, by=people.editor, now=lifecycle.now)
    for caught in (on_create, on_save):
        assert [(p.where, p.code) for p in caught.value.problems] == [(where, code)]
    assert session.scalar(select(func.count()).select_from(Entry)) == 1


def test_a_code_is_unique_and_fixed_once_published(session: Session, lifecycle: Lifecycle) -> None:
    editor = lifecycle.people.editor
    taken = lifecycle.entry("withdrawn", code="HSG/0001")
    with pytest.raises(Invalid) as caught:
        lifecycle.draft("乙", code="HSG/0001")
    assert [(p.where, p.code) for p in caught.value.problems] == [("code", "code_taken")]
    entry = lifecycle.entry("published", "丙", code="HSG/0002")
    revision = open_revision(session, entry, by=editor, now=lifecycle.now)
    with pytest.raises(Invalid) as caught:
        save_revision(session, revision, fields={"code": "HSG/0003"}, expected_lock=None, by=editor, now=lifecycle.now)
    assert [(p.where, p.code) for p in caught.value.problems] == [("code", "code_is_fixed")]
    assert (taken.code, entry.code) == ("HSG/0001", "HSG/0002")


def test_a_repeated_title_of_one_department_is_named_not_refused(session: Session, lifecycle: Lifecycle) -> None:
    first = lifecycle.draft("公厕分布")
    second = lifecycle.draft(" 公厕　分布 ".replace("　", "").strip())
    department_id = lifecycle.people.department.id
    assert find_same_titles(session, department_id, "公厕分布", but=second.id) == [first.name]
    assert find_same_titles(session, make_department(session, "黄石港区教育局").id, "公厕分布", but=None) == []


@pytest.mark.parametrize(
    ("given", "where", "code"),
    [
        ({"kind": "file", "title": ""}, "title", "required_missing"),
        ({"kind": "table", "title": "甲"}, "kind", "not_in_vocabulary"),
        ({"kind": "link", "title": "甲"}, "url", "required_missing"),
        ({"kind": "interface", "title": "甲", "url": "ftp://example.org"}, "url", "not_a_web_address"),
        ({"kind": "link", "title": "甲", "url": "https://user:pw@example.org"}, "url", "not_a_web_address"),
    ],
)
def test_resources_that_cannot_be_opened_are_refused(
    session: Session, lifecycle: Lifecycle, given: dict[str, Any], where: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        add_resource(session, lifecycle.draft(), by=lifecycle.people.editor, now=lifecycle.now, **given)
    assert [(p.where, p.code) for p in caught.value.problems] == [(where, code)]


def test_a_resource_of_another_entry_is_not_found(session: Session, lifecycle: Lifecycle) -> None:
    resource = lifecycle.file(lifecycle.draft("甲"))
    with pytest.raises(NotFound):
        get_resource(session, lifecycle.draft("乙"), resource.id)


def test_lists_show_own_drafts_newest_first_page_by_page(session: Session, lifecycle: Lifecycle) -> None:
    editor, strangers = lifecycle.people.editor, make_people(session, "黄石港区教育局")
    for minute, title in enumerate(["甲表", "乙表", "丙", "丁表", "戊表"]):
        Lifecycle(session, lifecycle.people, lifecycle.now + dt.timedelta(minutes=minute)).draft(title)
    Lifecycle(session, strangers).draft("外局")
    page = list_entries(session, by=editor, title="表", limit=3)
    assert ([row.title for row in page.rows], page.total) == (["戊表", "丁表", "乙表"], 4)
    page = list_entries(session, by=editor, title="表", limit=3, after=page.next)
    assert ([row.title for row in page.rows], page.next) == (["甲表"], None)
    assert list_entries(session, by=lifecycle.people.office).total == 6
    assert list_entries(session, by=strangers.editor).total == 1
    with pytest.raises(NotAllowed):
        list_entries(session, by=strangers.editor, department_id=lifecycle.people.department.id)
    with pytest.raises(Invalid):
        list_entries(session, by=editor, after="nonsense")


def test_lists_filter_by_state_of_entry_and_revision(session: Session, lifecycle: Lifecycle) -> None:
    lifecycle.draft("草稿")
    lifecycle.entry("returned", "退回")
    lifecycle.entry("published", "已发布")
    lifecycle.revised("office_review")
    office = lifecycle.people.office
    assert [r.title for r in list_entries(session, by=office, revision_state="returned").rows] == ["退回"]
    assert list_entries(session, by=office, revision_state="returned").rows[0].return_reason == "按规定办理"
    assert list_entries(session, by=office, state="published").total == 2
    assert list_entries(session, by=office, state="published", revision_state="office_review").total == 1
    assert list_entries(session, by=office, title="100%").total == 0
