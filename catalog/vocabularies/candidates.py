"""What becomes of a candidate for opening, and whence it is known."""

from catalog.vocabularies.terms import Term, Vocabulary

CANDIDATE_STATE = Vocabulary(
    "candidate_state",
    "开放情况",
    "What becomes of it",
    (
        Term("undecided", "未定", "Undecided"),
        Term("opened", "已开放", "Opened here"),
        Term("opened_upstream", "上级已开放", "Opened by the upper level"),
        Term("open_next", "打算开放", "To be opened next"),
        Term("kept_closed", "不开放", "Kept closed"),
    ),
    source="区政数局工作要求：对照市共享平台与业务系统逐条说明开放情况",
)

CANDIDATE_SOURCE = Vocabulary(
    "candidate_source",
    "线索来源",
    "Known from",
    (
        Term("exchange", "市共享交换平台", "City exchange platform"),
        Term("system", "业务系统", "Business system"),
    ),
)
