"""How often data is renewed and whether that is kept."""

from catalog.vocabularies.terms import Term, Vocabulary

UPDATE_CYCLE = Vocabulary(
    "update_cycle",
    "更新周期",
    "Update cycle",
    (
        Term("realtime", "实时", "Real time", ("即时", "实时更新")),
        Term("daily", "每日", "Daily", ("每天", "按日", "日", "每 1 日", "每日更新")),
        Term("weekly", "每周", "Weekly", ("按周", "周", "每星期", "每 7 日")),
        Term("ten_days", "每旬", "Every ten days", ("按旬", "旬")),
        Term("monthly", "每月", "Monthly", ("按月", "月", "每 1 月", "每月更新")),
        Term("quarterly", "每季度", "Quarterly", ("每季", "按季度", "按季", "季", "季度", "每 3 月")),
        Term("half_yearly", "每半年", "Half-yearly", ("半年", "按半年", "每 6 月")),
        Term("yearly", "每年", "Yearly", ("年", "年度", "按年", "每年度", "每 1 年", "每 12 月", "每年更新")),
        Term("irregular", "不定期", "Irregular", ("不定期更新", "不定时", "按需更新")),
        Term("static", "不更新", "Not updated", ("静态数据", "静态", "一次性", "不再更新")),
    ),
)
"""Never bare integers: the numbers of different portals contradict each other."""

TIMELINESS = Vocabulary(
    "timeliness",
    "时效",
    "Timeliness",
    (
        Term("normal", "正常", "Up to date"),
        Term("due_soon", "即将到期", "Due soon"),
        Term("overdue", "超期", "Overdue"),
        Term("long_stale", "长期未更新", "Long out of date"),
        Term("not_tracked", "不考核更新", "Not tracked"),
    ),
)
