"""Sentences of the candidates for opening."""

MESSAGES: dict[str, tuple[str, str]] = {
    "candidate_not_found": (
        "没有找到这条待开放线索，请返回列表重新选择。",
        "There is no such candidate; go back to the list and choose again.",
    ),
    "candidate_source_unknown": (
        "没有这种清单，请选择共享资源清单或业务系统清单。",
        "There is no such kind of list; choose shared items or business systems.",
    ),
    "candidate_header_missing": (
        "表中没有找到需要的列：{headers}。请核对表头，或换一种清单类型。",
        "The columns {headers} were not found. Check the header row, or choose the other kind of list.",
    ),
    "candidate_list_gone": (
        "这份清单已不在暂存区，请重新上传。",
        "The uploaded list is no longer kept; upload it again.",
    ),
    "candidate_title_missing": ("没有写名称，不导入。请补上名称。", "No title is given; not taken in. Add one."),
    "candidate_department_missing": (
        "没有写提供方或主管单位，不导入。请补上单位名称。",
        "No department is given; not taken in. Add its name.",
    ),
    "candidate_department_unknown": (
        "“{value}”不在部门名单中，不导入。请改成部门全称，或先在部门管理中添加。",
        "“{value}” is no department of the list; not taken in. Write its full name, or add it first.",
    ),
    "candidates_not_chosen": (
        "请先勾选要标记的线索（一次最多 {limit} 条）。",
        "Tick the candidates to be marked first (at most {limit} at once).",
    ),
    "candidate_invalid": ("没有保存，请按下面的提示更正。", "Not saved; see below what to correct."),
    "candidate_state_unknown": ("请选择开放情况。", "Choose what becomes of it."),
    "candidate_reason_missing": ("不开放的，请写明理由。", "Say why it stays closed."),
    "candidate_address_bad": (
        "请填写上级平台上的完整网址，以 http:// 或 https:// 开头。",
        "Give the full address on the upper platform, beginning with http:// or https://.",
    ),
    "candidate_entry_one_by_one": (
        "“已开放”须逐条指明对应的条目，请只勾选一条。",
        "“Opened here” names one entry; tick one candidate only.",
    ),
    "candidate_entry_unknown": (
        "没有找到本部门这个已公开的条目。请填写条目页面的地址，或地址中的最后一段。",
        "The department has no such public entry. Give the address of the entry's page, or its last part.",
    ),
    "candidate_has_entry": (
        "“{title}”已经建了条目，请在目录条目中继续填写。",
        "“{title}” has an entry already; go on there.",
    ),
}
