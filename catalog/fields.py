"""Every metadata field of an entry and of a data item, as one table that forms, sheet, checks and tests all read.

Source of names and rules: the catalog's field list (信息资源目录), see the docstrings of `Field` for how a rule is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "long", "choice", "list", "date", "bool", "number"]
Format = Literal["url", "email", "phone", "region", "class_code", "code", "field_name"]


@dataclass(frozen=True, slots=True)
class Field:
    """One metadata field.

    `kind`: text one line, long several lines, choice one code of `vocabulary`, list several texts (codes of
    `vocabulary` if there is one), date ISO day, bool, number a whole number ≥ 0.
    `required`: must be filled before the entry may be submitted; `required_if`: only when one of the named fields
    holds one of the values; `one_of`: at least one field bearing this mark must be filled.
    `depends_on`: the field whose value limits the choices (`Term.parent`).
    `max_length`: characters of a text or of each member of a list; `max_count`: members of a list.
    `owner`: the row that holds it; `counts`: whether it counts for completeness although optional.
    """

    name: str
    zh: str
    en: str
    kind: Kind
    group: str = "basic"
    vocabulary: str | None = None
    max_length: int | None = None
    max_count: int | None = None
    format: Format | None = None
    required: bool = False
    required_if: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    one_of: str | None = None
    depends_on: str | None = None
    counts: bool = False
    owner: Literal["entry", "revision", "item"] = "revision"
    help_zh: str = ""
    help_en: str = ""

    def is_required(self, values: Mapping[str, Any]) -> bool:
        """Whether it must be filled to submit, given the other `values` of the same entry."""
        return self.required or any(values.get(other) in allowed for other, allowed in self.required_if)


GROUPS: dict[str, tuple[str, str]] = {
    "basic": ("基本信息", "Basics"),
    "provider": ("提供方与联系人", "Provider and contact"),
    "source": ("来源与格式", "Source and format"),
    "open": ("开放", "Opening"),
    "share": ("共享", "Sharing"),
    "update": ("更新与范围", "Updates and coverage"),
    "safety": ("安全与授权", "Safety and licence"),
}
"""Groups in which forms and pages show the fields, in order: (zh, en)."""

_BASIC = (
    Field(
        "title",
        "信息资源名称",
        "Title",
        "text",
        max_length=128,
        required=True,
        help_zh="写清楚“谁的什么数据”，不超过128字，不得与来源系统同名。例：黄石港区社区居委会名录",
        help_en="Say whose data about what, at most 128 characters; not the name of the source system.",
    ),
    Field(
        "title_en",
        "英文名称",
        "English title",
        "text",
        max_length=256,
        help_zh="英文页面显示的名称，可不填",
        help_en="Shown on the English pages; optional.",
    ),
    Field(
        "code",
        "信息资源代码",
        "Code",
        "text",
        max_length=64,
        format="code",
        owner="entry",
        help_zh="已有代码请照填；留空则发布时按“分类码/6位顺序号”生成。发布后不可更改，下架后不再使用",
        help_en="Leave empty to have it made at publication. Fixed once published, never reused.",
    ),
    Field(
        "summary",
        "信息资源摘要",
        "Summary",
        "long",
        max_length=1000,
        required=True,
        help_zh="内容、范围、时间和用途，不超过1000字",
        help_en="Content, coverage, time and use; at most 1,000 characters.",
    ),
    Field(
        "tags",
        "关键字",
        "Keywords",
        "list",
        max_length=32,
        max_count=20,
        counts=True,
        help_zh="公众会用来搜索的词，最多20个，用逗号或分号隔开",
        help_en="Words people would search for; at most 20, separated by commas or semicolons.",
    ),
    Field(
        "class_code",
        "资源属性分类",
        "Class code",
        "text",
        max_length=32,
        format="class_code",
        help_zh="类1位（1基础 2主题 3部门）+ 项2位 + 目3位 + 细目，只写数字",
        help_en="1 digit class (1 basic, 2 theme, 3 department), 2 digits, 3 digits, further digits.",
    ),
    Field(
        "domain",
        "数据领域",
        "Domain",
        "choice",
        vocabulary="domain",
        required=True,
        help_zh="22个数据领域之一",
        help_en="One of the 22 domains.",
    ),
    Field(
        "topics",
        "服务主题",
        "Topics",
        "list",
        vocabulary="topic",
        max_count=10,
        help_zh="0至10个服务主题",
        help_en="None to ten service topics.",
    ),
    Field(
        "industry",
        "行业分类",
        "Industry",
        "choice",
        vocabulary="industry",
        help_zh="GB/T 4754 门类 A–T",
        help_en="Section A–T of GB/T 4754.",
    ),
)

_PROVIDER = (
    Field(
        "provider_unit",
        "内部部门",
        "Unit",
        "text",
        group="provider",
        max_length=128,
        counts=True,
        help_zh="负责这些数据的科室",
        help_en="The office in charge of the data.",
    ),
    Field(
        "contact_name",
        "联系人",
        "Contact",
        "text",
        group="provider",
        max_length=64,
        counts=True,
        help_zh="将对公众公开，请填岗位或办公联系人",
        help_en="Public; name a post or an office contact.",
    ),
    Field(
        "contact_phone",
        "联系电话",
        "Phone",
        "text",
        group="provider",
        max_length=64,
        format="phone",
        one_of="contact",
        help_zh="办公电话，将公开；电话和邮箱至少填一项。例：0714-6250001",
        help_en="Office phone, public; give a phone or an e-mail address.",
    ),
    Field(
        "contact_email",
        "电子邮箱",
        "E-mail",
        "text",
        group="provider",
        max_length=254,
        format="email",
        one_of="contact",
        help_zh="办公邮箱，将公开；电话和邮箱至少填一项",
        help_en="Office e-mail, public; give a phone or an e-mail address.",
    ),
)

_SOURCE = (
    Field(
        "source_system",
        "来源系统",
        "Source system",
        "text",
        group="source",
        max_length=128,
        help_zh="产生数据的业务系统，不对外公开",
        help_en="The system the data come from; not public.",
    ),
    Field(
        "source_kind",
        "来源依据",
        "Kind of source",
        "choice",
        group="source",
        vocabulary="source_kind",
        counts=True,
        help_zh="政府信息公开、门户网站、市共享交换平台或业务系统",
        help_en="Disclosure, website, exchange platform or business system.",
    ),
    Field(
        "format_category",
        "信息资源格式分类",
        "Format category",
        "choice",
        group="source",
        vocabulary="format_category",
        required=True,
        help_zh="先选格式分类，再选格式类型",
        help_en="Choose the category first, then the type.",
    ),
    Field(
        "format_type",
        "信息资源格式类型",
        "Format type",
        "choice",
        group="source",
        vocabulary="format_type",
        depends_on="format_category",
        required=True,
        help_zh="须属于所选格式分类",
        help_en="Must belong to the chosen category.",
    ),
)

_OPEN = (
    Field(
        "open_type",
        "开放类型",
        "Open type",
        "choice",
        group="open",
        vocabulary="open_type",
        required=True,
        help_zh="无条件开放、有条件开放或不予开放",
        help_en="Unconditional, conditional or closed.",
    ),
    Field(
        "open_condition",
        "开放条件",
        "Conditions of opening",
        "long",
        group="open",
        max_length=2000,
        required_if=(("open_type", ("conditional",)),),
        help_zh="有条件开放必填：开放方式、使用要求、安全保障措施",
        help_en="For conditional opening: way of opening, terms of use, safeguards.",
    ),
    Field(
        "closed_basis",
        "不予开放依据",
        "Basis for staying closed",
        "choice",
        group="open",
        vocabulary="closed_basis",
        required_if=(("open_type", ("closed",)),),
        help_zh="不予开放必填：国家秘密、商业秘密、个人隐私、法律法规禁止或其他",
        help_en="For closed data: the ground.",
    ),
    Field(
        "closed_basis_text",
        "不予开放说明",
        "Grounds in words",
        "long",
        group="open",
        max_length=2000,
        required_if=(("open_type", ("closed",)),),
        help_zh="不予开放必填：写明具体条款和理由，只写“涉密”不够",
        help_en="For closed data: the article and the reason; a blanket “secret” is not enough.",
    ),
    Field(
        "opened_upstream_url",
        "上级已开放地址",
        "Opened by the upper level at",
        "text",
        group="open",
        max_length=2048,
        format="url",
        help_zh="上级平台已开放的，填其网址，不必重复开放",
        help_en="Where the upper level has opened it already; it need not be opened again.",
    ),
)

_SHARE = (
    Field(
        "share_type",
        "共享类型",
        "Share type",
        "choice",
        group="share",
        vocabulary="share_type",
        required=True,
        help_zh="部门之间：无条件共享、有条件共享或不予共享",
        help_en="Between departments: unconditional, conditional or none.",
    ),
    Field(
        "share_condition",
        "共享条件",
        "Conditions of sharing",
        "long",
        group="share",
        max_length=2000,
        required_if=(("share_type", ("conditional", "none")),),
        help_zh="有条件共享写条件，不予共享写法律法规或政策依据",
        help_en="The condition, or the legal basis for not sharing.",
    ),
    Field(
        "share_method",
        "共享方式",
        "Share method",
        "choice",
        group="share",
        vocabulary="share_method",
        required_if=(("share_type", ("unconditional", "conditional")),),
        help_zh="须与格式相配：文件类用文件，数据库类用数据库或接口",
        help_en="Must fit the format: files as file, databases as database or interface.",
    ),
)

_UPDATE = (
    Field(
        "update_cycle",
        "更新周期",
        "Update cycle",
        "choice",
        group="update",
        vocabulary="update_cycle",
        required=True,
        help_zh="对公众的更新承诺，逾期会显示",
        help_en="The promise to the public; delays are shown.",
    ),
    Field(
        "cycle_reason",
        "不更新理由",
        "Why it is not updated",
        "long",
        group="update",
        max_length=1000,
        required_if=(("update_cycle", ("static",)),),
        help_zh="更新周期为“不更新”时必填",
        help_en="Required for static data.",
    ),
    Field("temporal_start", "数据起始日期", "Data from", "date", group="update", counts=True),
    Field("temporal_end", "数据截止日期", "Data to", "date", group="update"),
    Field(
        "region_code",
        "空间范围",
        "Region code",
        "text",
        group="update",
        max_length=12,
        format="region",
        counts=True,
        help_zh="GB/T 2260 行政区划代码，6、9或12位数字。例：420202",
        help_en="GB/T 2260 code of 6, 9 or 12 digits.",
    ),
    Field(
        "related",
        "关联资源代码",
        "Related codes",
        "list",
        group="update",
        max_length=64,
        max_count=50,
        help_zh="相关信息资源的代码，用逗号或分号隔开",
        help_en="Codes of related entries.",
    ),
)

_SAFETY = (
    Field(
        "data_level",
        "数据分级",
        "Data level",
        "choice",
        group="safety",
        vocabulary="data_level",
        counts=True,
        help_zh="按数据分类分级规则",
        help_en="By the rules of data classification.",
    ),
    Field(
        "is_secret",
        "目录信息涉密",
        "Metadata is secret",
        "bool",
        group="safety",
        help_zh="目录信息本身涉密的不得录入本系统；仅数据涉密请选“不予开放”",
        help_en="Metadata that is itself secret is refused here; for secret data choose “closed”.",
    ),
    Field(
        "has_personal_info",
        "含个人信息",
        "Contains personal information",
        "bool",
        group="safety",
        help_zh="与自动检测结果一并供审核",
        help_en="Reviewed together with the scan's findings.",
    ),
    Field(
        "masking_note",
        "脱敏说明",
        "How it was masked",
        "long",
        group="safety",
        max_length=1000,
        required_if=(("has_personal_info", (True,)),),
        help_zh="含个人信息时必填：哪些项、如何处理",
        help_en="Required when there is personal information: which items, how treated.",
    ),
    Field(
        "license",
        "授权协议",
        "Licence",
        "choice",
        group="safety",
        vocabulary="license",
        required=True,
        help_zh="默认为本平台开放授权",
        help_en="By default the portal's open licence.",
    ),
    Field(
        "origin",
        "数据出处",
        "Origin",
        "long",
        group="safety",
        max_length=2000,
        help_zh="数据来自他处时，写明出处和使用条款",
        help_en="Source and terms of data that come from elsewhere.",
    ),
)

FIELDS: dict[str, Field] = {
    field.name: field for field in (*_BASIC, *_PROVIDER, *_SOURCE, *_OPEN, *_SHARE, *_UPDATE, *_SAFETY)
}
"""Name → field, in the order of forms and sheet."""

REVISION_FIELDS: tuple[str, ...] = tuple(name for name, field in FIELDS.items() if field.owner == "revision")
"""Names of the fields that a revision holds (all but `code`)."""

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

DEFAULTS: dict[str, Any] = {"license": "portal-open", "is_open": True}
"""Values of fields that are not empty by default."""

MAX_ITEMS = 2000
"""Data items of one entry: as many as a data file may have columns."""
