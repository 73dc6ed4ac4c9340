"""States of work plans, of what they expect and of the declarations about it, as people read them."""

from catalog.vocabularies.terms import Term, Vocabulary

PLAN_STATE = Vocabulary(
    "plan_state",
    "计划状态",
    "State of the plan",
    (
        Term("draft", "草稿", "Draft"),
        Term("running", "进行中", "Running"),
        Term("closed", "已结束", "Closed"),
    ),
)

NODE_RULE = Vocabulary(
    "node_rule",
    "节点完成依据",
    "What meets the node",
    (
        Term("catalog", "签署完成声明", "Signed declaration"),
        Term("connection", "市平台取用或移交登记", "Taken by the city platform, or recorded hand-over"),
        Term("manual", "政数局登记", "Recorded by the office"),
    ),
)

PLAN_ITEM_STATE = Vocabulary(
    "plan_item_state",
    "应编条目进度",
    "Progress of the expected dataset",
    (
        Term("missing", "未建", "Not begun"),
        Term("draft", "草稿", "Draft"),
        Term("reviewing", "审核中", "Under review"),
        Term("returned", "已退回", "Returned"),
        Term("published", "已公开", "Public"),
        Term("closed", "不予开放", "Not open"),
        Term("without_basis", "不予开放，缺依据", "Not open, without basis"),
        Term("withdrawn", "已下架", "Withdrawn"),
        Term("dropped", "不再纳入", "Dropped"),
    ),
)

DECLARATION_STATE = Vocabulary(
    "declaration_state",
    "完成声明状态",
    "State of the declaration",
    (
        Term("drafted", "待签署", "To be signed"),
        Term("signed", "待政数局确认", "To be accepted"),
        Term("accepted", "已确认", "Accepted"),
        Term("returned", "已退回", "Returned"),
    ),
)
