"""Sentences of work plans: nodes, expected lists, declarations, hand-overs."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Plans
    "plan_not_found": (
        "没有找到这项工作计划，请从“工作计划”列表重新打开。",
        "There is no such work plan; open it again from the list of plans.",
    ),
    "plan_exists": (
        "代号“{plan}”已用于另一项计划，请换一个，例如 2026H2。",
        "The code “{plan}” is taken by another plan; choose another one, such as 2026H2.",
    ),
    "plan_invalid": ("计划没有保存，请按下面的提示更正。", "The plan was not saved; see below what to correct."),
    "plan_code_shape": (
        "代号只用字母、数字和连字符，最多 20 个字符，例如 2026H1。",
        "A code has at most 20 letters, digits and hyphens, such as 2026H1.",
    ),
    "plan_not_draft": (
        "该计划已经启动，不能再整体修改或删除；可以更正节点日期、增加节点或部门。",
        "This plan has been started and is not edited as a whole any more; correct dates, add nodes or departments.",
    ),
    "plan_not_running": (
        "该计划尚未启动或已经结束，现在不能办理此事。",
        "This plan has not been started, or has been closed; nothing can be done under it now.",
    ),
    "plan_incomplete": (
        "计划还不能启动，请先补齐下面的内容。",
        "The plan cannot be started yet; complete what is named below.",
    ),
    "plan_without_nodes": ("请至少设一个时间节点。", "Set at least one node."),
    "plan_without_departments": ("请至少选择一个部门。", "Choose at least one department."),
    "plan_day_shape": ("请按 2026-06-30 的样式填写日期。", "Write the date like 2026-06-30."),
    # Nodes
    "node_not_found": ("该计划没有这个节点，请刷新页面。", "This plan has no such node; load the page again."),
    "too_many_nodes": ("一项计划最多 {limit} 个节点。", "A plan has at most {limit} nodes."),
    "node_rule_unknown": ("请选择节点的完成依据。", "Choose what meets the node."),
    "node_before_start": (
        "节点日期 {due_on} 早于计划开始日 {starts_on}，请更正。",
        "The node's date {due_on} is before the plan begins ({starts_on}); correct it.",
    ),
    "node_settled": (
        "节点“{title}”已经了结，不能再改。如登记有误，请先撤销登记。",
        "The node “{title}” is settled and cannot be changed; undo a wrong record first.",
    ),
    "node_needs_declaration": (
        "节点“{title}”以完成声明为准，不能直接登记完成。",
        "The node “{title}” is met by a declaration and cannot be recorded directly.",
    ),
    "handover_invalid": ("没有登记，请按下面的提示更正。", "Nothing was recorded; see below what to correct."),
    "handover_day": (
        "完成日期须在 {first} 至 {last} 之间。",
        "The day must lie between {first} and {last}.",
    ),
    "handover_not_found": ("没有可撤销的登记，请刷新页面。", "There is no record to undo; load the page again."),
    "receipt_stays": (
        "这是市平台取用的回执，由系统记录，不能撤销。",
        "This is a receipt of the city platform's pull; the system wrote it and it stays.",
    ),
    # Expected lists
    "titles_invalid": ("清单没有保存，请按下面的提示更正。", "The list was not saved; see below what to correct."),
    "titles_missing": ("请填写目录名称，每行一条。", "Write the titles, one a line."),
    "title_line_too_long": (
        "第 {line} 行有 {length} 个字，名称最多 {limit} 个字。",
        "Line {line} has {length} characters; a title has at most {limit}.",
    ),
    "too_many_titles": ("一个部门最多列 {limit} 条。", "A department lists at most {limit} titles."),
    "plan_item_not_found": ("清单中没有这一条，请刷新页面。", "The list has no such title; load the page again."),
    "item_has_entry": (
        "“{title}”已有目录条目，不能直接删去；如不再纳入，请写明原因。",
        "“{title}” has an entry already and is not simply struck out; drop it with a reason.",
    ),
    "list_declared": (
        "完成声明已签署，清单不能再改；需要修改时，请政数局先退回声明。",
        "The declaration is signed, so the list stands; ask the office to return the declaration first.",
    ),
    # Declarations
    "declaration_not_found": ("没有找到这份完成声明。", "There is no such declaration."),
    "declaration_open": (
        "已有签署或确认的完成声明，不必再拟。",
        "A declaration has been signed or accepted already; no other one is needed.",
    ),
    "declaration_kind_unknown": ("请选择“目录编制完整”或“零目录”。", "Choose “complete” or “zero catalog”."),
    "own_declaration_decided": (
        "不能确认自己起草或签署的声明，请由政数局另一位同事办理。",
        "You drafted or signed this declaration; a colleague of the data office has to accept it.",
    ),
    "declarations_waiting": (
        "还有 {count} 份已签署的完成声明没有答复，请先确认或退回，再结束计划。",
        "{count} signed declarations have no answer yet; accept or return them before you close the plan.",
    ),
    "own_declaration": (
        "拟稿人不能签署自己拟的声明，请由部门负责人另一人签署。",
        "Who drafted the declaration cannot sign it; another person, the head, signs.",
    ),
    "nothing_to_sign": ("没有待签署的声明，请刷新页面。", "There is no declaration to sign; load the page again."),
    "nothing_to_decide": (
        "没有待确认的声明，请刷新页面。",
        "There is no declaration to decide on; load the page again.",
    ),
    "list_incomplete": (
        "还有 {count} 条没有完成，不能声明目录编制完整。请逐条公开，或写明不再纳入的原因。",
        "{count} titles are not done, so the list cannot be declared complete. Publish each, or drop it with a reason.",
    ),
    "plan_item_missing": (
        "“{title}”尚未公开，也没有不予开放的依据。",
        "“{title}” is neither public nor closed with a basis.",
    ),
    "zero_with_titles": (
        "清单中还有 {count} 条应编目录，不是零目录。",
        "The list holds {count} titles, so it is no zero catalog.",
    ),
    "nothing_listed": (
        "应编清单是空的。请先列出应编目录；确无可编的，请选“零目录”并说明理由。",
        "The list is empty. Write down the titles first; where there are none, choose “zero catalog” with the reason.",
    ),
}
