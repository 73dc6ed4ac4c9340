"""What is owed, what became of it, what settled it, and what people asked about it, as people read it."""

from catalog.vocabularies.terms import Term, Vocabulary

OBLIGATION_STATE = Vocabulary(
    "obligation_state",
    "履约情况",
    "How it was kept",
    (
        Term("open", "待完成", "Not due yet"),
        Term("overdue", "超期", "Overdue"),
        Term("on_time", "按时", "On time"),
        Term("late", "逾期", "Late"),
        Term("missed", "未更新", "Missed"),
        Term("excused", "已豁免", "Excused"),
        Term("void", "不再要求", "No longer asked for"),
    ),
)
"""The states of an obligation; `overdue` is an open one whose days of grace are over."""

SETTLED_BY = Vocabulary(
    "settled_by",
    "完成方式",
    "How it was settled",
    (
        Term("data", "更新数据", "New data"),
        Term("unchanged", "核对：数据无变化", "Checked: nothing has changed"),
        Term("imported", "导入的更新记录", "Imported record of an update"),
        Term("share", "按工作日更新率计", "Share of working days with fresh data"),
        Term("declaration", "完成声明", "Declaration of completeness"),
        Term("pull", "市平台采集", "Taken by the city platform"),
        Term("handover", "线下移交", "Handed over"),
        Term("evidence", "整改佐证", "Evidence of the correction"),
        Term("excuse", "豁免", "Excused"),
    ),
)
"""Values of `Obligation.settled_by`."""

OBLIGATION_KIND = Vocabulary(
    "obligation_kind",
    "事项",
    "What is owed",
    (
        Term("update", "数据更新", "Data update"),
        Term("freshness", "每日更新", "Daily updates"),
        Term("node", "计划节点", "Plan node"),
        Term("rectification", "问题整改", "Rectification"),
    ),
)
"""Values of `Obligation.kind`."""

OBLIGATION_ACT = Vocabulary(
    "obligation_act",
    "申请事项",
    "Request",
    (
        Term("extension", "延期", "Extension"),
        Term("excuse", "豁免", "Excuse"),
        Term("objection", "申诉", "Objection"),
    ),
)
"""Values of `ObligationAct.kind`."""

ACT_STATE = Vocabulary(
    "act_state",
    "办理结果",
    "Outcome",
    (
        Term("open", "待决定", "To be decided"),
        Term("granted", "同意", "Granted"),
        Term("refused", "不同意", "Refused"),
        Term("moot", "无须答复", "No longer needed"),
    ),
)
"""Values of `ObligationAct.state`."""
