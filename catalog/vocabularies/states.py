"""States of entries, revisions and data versions, as people read them."""

from catalog.vocabularies.terms import Term, Vocabulary

ENTRY_STATE = Vocabulary(
    "entry_state",
    "条目状态",
    "State of the entry",
    (
        Term("never_published", "未发布", "Never published"),
        Term("published", "已发布", "Published"),
        Term("withdrawal_review", "下架审核", "Withdrawal under review"),
        Term("suspended", "紧急暂停", "Suspended"),
        Term("withdrawn", "已下架", "Withdrawn"),
    ),
)

REVISION_STATE = Vocabulary(
    "revision_state",
    "修订状态",
    "State of the revision",
    (
        Term("draft", "草稿", "Draft"),
        Term("department_review", "部门审签", "Department review"),
        Term("office_review", "区级审核", "Office review"),
        Term("returned", "退回", "Returned"),
        Term("approved", "待发布", "Approved"),
        Term("published", "已发布", "Published"),
        Term("superseded", "已被替代", "Superseded"),
    ),
)

VERSION_STATE = Vocabulary(
    "version_state",
    "数据版本状态",
    "State of the data version",
    (
        Term("prepared", "已上传", "Prepared"),
        Term("department_review", "部门审签", "Department review"),
        Term("office_review", "区级审核", "Office review"),
        Term("published", "已发布", "Published"),
        Term("superseded", "历史版本", "Superseded"),
        Term("rejected", "已退回", "Rejected"),
        Term("expired", "已过保留期", "Past retention"),
    ),
)
