"""What was public once and may not be any more: a superseded version with a column that was closed or masked later."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import DataItem, Entry, Resource
from catalog.withholding import find_withheld
from datasets.models import DataVersion
from tests.catalog.lifecycle import COLUMNS, Lifecycle

NAME = COLUMNS[0]["name"]
KEY = COLUMNS[0]["key"]


def published_beside(session: Session, old: DataVersion) -> DataVersion:
    wanted = select(DataVersion).where(DataVersion.resource_id == old.resource_id, DataVersion.state == "published")
    return session.scalars(wanted).one()


def close_item(session: Session, version: DataVersion, *, name: str, field_name: str | None) -> None:
    """Declare the first data item of the published revision as not open, under these names."""
    resource = session.get_one(Resource, version.resource_id)
    entry = session.get_one(Entry, resource.entry_id)
    item = session.scalars(select(DataItem).where(DataItem.revision_id == entry.published_revision_id)).first()
    assert item is not None
    item.name, item.field_name, item.is_open = name, field_name, False
    session.flush()


@pytest.mark.parametrize(
    ("name", "field_name", "withheld"),
    [(NAME, None, (NAME,)), ("别名", KEY, (NAME,)), ("不相干", "unrelated", ())],
    ids=["by name", "by field name", "another item"],
)
def test_closed_item_withholds_superseded_versions_with_its_column(
    lifecycle: Lifecycle, session: Session, name: str, field_name: str | None, withheld: tuple[str, ...]
) -> None:
    old = lifecycle.version("superseded")
    assert find_withheld(session, old.resource_id, old.number) == ()
    close_item(session, old, name=name, field_name=field_name)
    assert find_withheld(session, old.resource_id, old.number) == withheld


MASKINGS = [
    # masking of the old version, of the published one, what the old one is withheld for
    ([], [[NAME, "mobile", "mask"]], (NAME,)),
    ([], [[NAME, "mobile", "remove"]], (NAME,)),
    ([[NAME, "", "replace"]], [[NAME, "mobile", "mask"]], ()),
    ([[NAME, "", "replace"]], [], ()),
    ([], [["别的列", "", "mask"]], ()),
]


@pytest.mark.parametrize(("before", "after", "withheld"), MASKINGS)
def test_what_the_published_version_masks_no_older_one_shows(
    lifecycle: Lifecycle, session: Session, before: list[list[str]], after: list[list[str]], withheld: tuple[str, ...]
) -> None:
    old = lifecycle.version("superseded")
    new = published_beside(session, old)
    old.recipe = {**old.recipe, "masking": before}
    new.recipe = {**new.recipe, "masking": after}
    session.flush()
    assert find_withheld(session, old.resource_id, old.number) == withheld
    assert find_withheld(session, old.resource_id, new.number) == ()
    assert find_withheld(session, old.resource_id, 99) == ()
