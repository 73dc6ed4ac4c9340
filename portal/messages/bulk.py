"""Sentences of bulk acts."""

MESSAGES: dict[str, tuple[str, str]] = {
    "bulk_kind_unknown": (
        "没有“{kind}”这种批量操作，请从批量操作页面选择。",
        "There is no bulk act “{kind}”; choose one on the page of bulk acts.",
    ),
    "bulk_not_found": (
        "没有找到这次批量操作，请从历史记录中选择。",
        "There is no such bulk act; choose it from the history.",
    ),
    "bulk_invalid": ("还不能预览，请按下面的提示更正。", "There is nothing to preview yet; see below what to correct."),
    "bulk_nothing_chosen": (
        "请至少给出一个筛选条件，或勾选条目：批量操作不会默认针对全部目录。",
        "Give at least one filter or tick entries: a bulk act never means the whole catalog by default.",
    ),
    "bulk_nothing_found": (
        "没有条目符合条件，请放宽筛选。",
        "No entry meets the filter; widen it.",
    ),
    "bulk_too_many": (
        "共有 {count} 个条目符合条件，一次最多处理 {limit} 个。请缩小范围，分几次办理。",
        "{count} entries meet the filter; one act takes at most {limit}. Narrow it and do it in parts.",
    ),
    "bulk_choose_department": ("请选择部门。", "Choose a department."),
    "bulk_choose_cycle": ("请选择新的更新周期。", "Choose the new update cycle."),
    "bulk_department_closed": (
        "“{name}”已停用，请选择使用中的部门。",
        "“{name}” is out of use; choose a department in use.",
    ),
    "bulk_same_name": (
        "名称没有变化，请填写新的名称。",
        "The names are what they were; enter the new ones.",
    ),
    "bulk_stale": (
        "预览之后情况有变，尚未做任何改动。下面是新的预览，请核对后再次确认。",
        "Things have changed since the preview, and nothing was done. Check the fresh preview below and confirm again.",
    ),
    "bulk_nothing_to_do": (
        "所选内容都不能办理，请查看各自的原因后重新选择。",
        "None of what was chosen can be done; see the reasons and choose again.",
    ),
    "bulk_not_waiting": (
        "这次操作现在不等待确认，可能已由别人办理。请刷新页面。",
        "This act does not wait for confirmation; somebody may have dealt with it. Reload the page.",
    ),
    "bulk_running": (
        "这次操作还在办理中，完成后才能撤销。请稍后刷新。",
        "This act is still being carried out and can be undone afterwards. Reload in a while.",
    ),
    "bulk_undone": (
        "这次操作已由{name}撤销，不能再撤销一次。",
        "This act was undone by {name} already and cannot be undone twice.",
    ),
    # Why one thing cannot be changed, or not be restored
    "bulk_same_department": ("已属于“{name}”。", "Belongs to “{name}” already."),
    "bulk_same_cycle": ("更新周期已经如此。", "Has this update cycle already."),
    "bulk_not_published": ("不是已发布状态。", "Is not in the state published."),
    "bulk_revision_open": (
        "部门正在修订，须待修订发布或放弃。",
        "Its department is revising it; publish or discard that revision first.",
    ),
    "bulk_changed_since": ("其间已另有改动。", "Has been changed otherwise meanwhile."),
    "bulk_withdrawn": (
        "已经下架，不能恢复；需要时请重新编制。",
        "Is withdrawn for good; compile it anew if it is needed.",
    ),
    "bulk_successor_has_it": (
        "“{name}”已有同名事项，原项保留在原部门名下。",
        "“{name}” has one of the same name; this one stays with the old department.",
    ),
}
