"""Every metadata field of an entry and of a data item, as tables that forms, sheet, checks and tests all read."""

from catalog.fields.entry_fields import DEFAULTS, FIELDS, GROUPS, REVISION_FIELDS
from catalog.fields.field import Field, Format, Kind
from catalog.fields.item_fields import ITEM_FIELDS, MAX_ITEMS

__all__ = ["DEFAULTS", "FIELDS", "GROUPS", "ITEM_FIELDS", "MAX_ITEMS", "REVISION_FIELDS", "Field", "Format", "Kind"]
