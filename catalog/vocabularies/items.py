"""Vocabularies of data items (信息项) and resources (挂接资源)."""

from catalog.vocabularies.terms import Term, Vocabulary

ITEM_TYPE = Vocabulary(
    "item_type",
    "数据类型",
    "Data type",
    (
        Term(
            "C",
            "字符型",
            "Text",
            (
                "字符型C",
                "字符",
                "字符串",
                "字符串型",
                "文本",
                "文本型",
                "varchar",
                "varchar2",
                "char",
                "string",
                "nvarchar",
            ),
        ),
        Term("N", "数值型", "Number", ("数值型N", "数值", "数字", "数字型", "number", "numeric", "decimal")),
        Term("Y", "货币型", "Currency", ("货币型Y", "货币", "金额", "money")),
        Term("D", "日期型", "Date", ("日期型D", "日期", "date")),
        Term("T", "日期时间型", "Date and time", ("日期时间型T", "日期时间", "时间型", "datetime", "timestamp")),
        Term("L", "逻辑型", "Logical", ("逻辑型L", "逻辑", "布尔型", "布尔", "boolean", "bool")),
        Term("M", "备注型", "Memo", ("备注型M", "备注", "长文本", "clob")),
        Term("G", "通用型", "General", ("通用型G", "通用", "blob")),
        Term("B", "双精度型", "Double", ("双精度型B", "双精度", "double")),
        Term("I", "整型", "Integer", ("整型I", "整数", "整数型", "int", "integer", "bigint")),
        Term("F", "浮点型", "Float", ("浮点型F", "浮点", "浮点数", "float")),
    ),
    source="政务信息资源目录编制指南（试行），信息项数据类型",
)

RESOURCE_KIND = Vocabulary(
    "resource_kind",
    "资源类型",
    "Kind of resource",
    (
        Term("file", "文件", "File", ("数据集", "table")),
        Term("interface", "接口", "Interface", ("API", "数据接口")),
        Term("link", "链接", "Link", ("外部链接",)),
    ),
)
