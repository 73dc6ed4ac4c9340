"""The fields of a data item (信息项)."""

from __future__ import annotations

from catalog.fields.field import Field

_ITEM_FIELDS = (
    Field("name", "信息项名称", "Item name", "text", max_length=128, required=True, owner="item"),
    Field(
        "field_name",
        "英文字段名",
        "Field name",
        "text",
        max_length=64,
        format="field_name",
        owner="item",
        counts=True,
        help_zh="字母开头的字母、数字、下划线；填写后用作数据列的地址键。例：opened_on",
        help_en="Letters, digits, underscores, a letter first; becomes the column's key in addresses.",
    ),
    Field("type", "数据类型", "Type", "choice", vocabulary="item_type", required=True, owner="item"),
    Field("length", "长度", "Length", "number", owner="item"),
    Field("decimals", "小数位", "Decimals", "number", owner="item"),
    Field("is_primary_key", "主键", "Primary key", "bool", owner="item"),
    Field("is_required", "必填", "Required", "bool", owner="item"),
    Field("value_range", "值域或代码表", "Value range", "long", max_length=2000, owner="item"),
    Field("unit", "单位", "Unit", "text", max_length=40, owner="item"),
    Field("description", "说明", "Description", "long", max_length=1000, owner="item", counts=True),
    Field("sensitivity", "敏感性", "Sensitivity", "choice", vocabulary="sensitivity", owner="item"),
    Field("masking", "脱敏方式", "Masking", "choice", vocabulary="masking", owner="item"),
    Field(
        "is_open",
        "是否开放",
        "Open",
        "bool",
        owner="item",
        help_zh="不开放的信息项不公开，数据文件中也不得出现该列",
        help_en="An item that is not open is not shown and its column may not be in the data file.",
    ),
)

ITEM_FIELDS: dict[str, Field] = {field.name: field for field in _ITEM_FIELDS}
"""Name → field of a data item (信息项); `is_open` is true and the other booleans are false unless said."""

MAX_ITEMS = 2000
"""Data items of one entry: as many as a data file may have columns."""
