"""Who may have data, and on which ground: opening, sharing, grading, licences, sources."""

from catalog.vocabularies.terms import Term, Vocabulary

OPEN_TYPE = Vocabulary(
    "open_type",
    "开放类型",
    "Openness",
    (
        Term(
            "unconditional",
            "无条件开放",
            "Open without conditions",
            (
                "无条件",
                "完全开放",
                "普遍开放",
                "无条件开发",
                "无条件公开",
                "全部开放",
                "主动开放",
                "直接开放",
                "完全公开",
            ),
        ),
        Term(
            "conditional",
            "有条件开放",
            "Open with conditions",
            (
                "有条件",
                "有条件开发",
                "依申请开放",
                "依申请公开",
                "申请公开",
                "申请开放",
                "受限开放",
                "需申请",
                "需要审批",
                "实名制开放",
                "实名开放",
                "半开放",
                "安全开放",
                "受限",
                "条件开放",
                "有条件公开",
                "授权开放",
                "登录开放",
                "注册开放",
            ),
        ),
        Term("closed", "不予开放", "Not open", ("不开放", "暂不开放", "非开放", "不予公开", "禁止开放", "不公开")),
    ),
)

CLOSED_BASIS = Vocabulary(
    "closed_basis",
    "不予开放依据",
    "Ground for staying closed",
    (
        Term("state_secret", "国家秘密", "State secret"),
        Term("trade_secret", "商业秘密", "Trade secret", ("商业机密",)),
        Term("personal_privacy", "个人隐私", "Personal privacy", ("个人信息", "涉及个人隐私")),
        Term("forbidden_by_law", "法律法规禁止", "Forbidden by law", ("法律法规规定不得开放", "法律禁止")),
        Term("other", "其他", "Other ground", ("其它", "其他依据")),
    ),
)

SHARE_TYPE = Vocabulary(
    "share_type",
    "共享类型",
    "Sharing between departments",
    (
        Term("unconditional", "无条件共享", "Shared without conditions", ("无条件",)),
        Term("conditional", "有条件共享", "Shared with conditions", ("有条件", "依申请共享", "受限共享")),
        Term("none", "不予共享", "Not shared", ("不共享", "非共享", "暂不共享")),
    ),
)

SHARE_METHOD = Vocabulary(
    "share_method",
    "共享方式",
    "Way of sharing",
    (
        Term("file", "文件", "File", ("文件下载", "文件交换", "电子文件")),
        Term("interface", "接口", "Interface", ("API", "服务接口", "接口调用")),
        Term("database", "数据库", "Database", ("库表", "库表交换", "数据库表")),
        Term("front_server", "前置机", "Front-end server", ("前置机交换",)),
        Term("online_query", "在线查询", "Online query", ("查询", "网页查询")),
        Term("other", "其他", "Other", ("其它", "其他方式")),
    ),
)

SHARE_METHODS_OF_CATEGORY: dict[str, frozenset[str]] = {
    "document": frozenset({"file", "front_server", "online_query", "other"}),
    "spreadsheet": frozenset({"file", "interface", "front_server", "online_query", "other"}),
    "database": frozenset({"database", "interface", "front_server", "online_query", "other"}),
    "image": frozenset({"file", "interface", "front_server", "online_query", "other"}),
    "streaming": frozenset({"file", "interface", "front_server", "online_query", "other"}),
    "self_described": frozenset({"file", "interface", "database", "front_server", "online_query", "other"}),
}
"""format_category → share methods that fit it (政务信息资源目录编制指南: a file is shared as a file, a database as
a database or through an interface)."""

SOURCE_KIND = Vocabulary(
    "source_kind",
    "来源依据",
    "Compiled from",
    (
        Term("disclosure", "政府信息公开", "Government information disclosure", ("信息公开", "政务公开")),
        Term("website", "门户网站", "Government website", ("网站", "政府门户网站")),
        Term("exchange", "市共享交换平台", "City exchange platform", ("共享交换平台", "交换平台")),
        Term("system", "业务系统", "Business system", ("系统", "信息系统", "业务信息系统")),
    ),
    source="区政数局 2023 年上半年工作情况汇报：目录编制的四个来源",
)

DATA_LEVEL = Vocabulary(
    "data_level",
    "数据分级",
    "Data level",
    (
        Term("level_1", "一级", "Level 1 (no harm if disclosed)", ("L1", "1级", "1", "1级不脱敏", "第一级")),
        Term("level_2", "二级", "Level 2 (slight harm)", ("L2", "2级", "2", "第二级")),
        Term("level_3", "三级", "Level 3 (considerable harm)", ("L3", "3级", "3", "第三级")),
        Term("level_4", "四级", "Level 4 (serious harm)", ("L4", "4级", "4", "第四级")),
        Term("important", "重要数据", "Important data", ("重要",)),
        Term("core", "核心数据", "Core data", ("核心",)),
    ),
    source="GB/T 43697-2024：一般数据分一至四级，另有重要数据、核心数据",
)

SENSITIVITY = Vocabulary(
    "sensitivity",
    "涉密性",
    "Sensitivity",
    (
        Term("none", "不涉密", "None", ("无", "否", "不涉及", "非涉密")),
        Term("personal_privacy", "个人隐私", "Personal privacy", ("隐私", "个人信息")),
        Term("trade_secret", "商业机密", "Trade secret", ("商业秘密",)),
        Term("state_secret", "国家机密", "State secret", ("国家秘密", "涉密")),
    ),
)

MASKING = Vocabulary(
    "masking",
    "脱敏方式",
    "Masking",
    (
        Term("none", "无", "None", ("不脱敏", "无需脱敏", "否")),
        Term("mask", "掩码", "Masked", ("遮盖", "遮蔽")),
        Term("replace", "替换", "Replaced"),
        Term("generalise", "泛化", "Generalised", ("generalize",)),
        Term("delete", "删除", "Deleted"),
        Term("aggregate", "汇总", "Aggregated", ("聚合",)),
    ),
)

LICENSE = Vocabulary(
    "license",
    "授权协议",
    "Licence",
    (
        Term("portal-open", "本平台开放授权协议", "Open licence of this portal", ("开放授权协议", "默认")),
        Term("cc-by-4.0", "知识共享 署名 4.0", "Creative Commons Attribution 4.0", ("CC BY 4.0", "CC-BY")),
        Term("cc0-1.0", "知识共享 CC0 1.0", "Creative Commons Zero 1.0", ("CC0",)),
        Term("odc-by-1.0", "开放数据共用 署名 1.0", "Open Data Commons Attribution 1.0", ("ODC-BY",)),
        Term("source-terms", "从其来源的使用条款", "Terms of the original source", ("来源条款",)),
    ),
)
