"""Sentences of counted duties and rectifications."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Counted duties
    "duty_invalid": ("没有保存，请按下面的提示更正。", "Not saved; see below what to correct."),
    "duty_exists": (
        "代号“{duty}”已经用于另一个事项，请换一个。",
        "The code “{duty}” belongs to another item; choose another one.",
    ),
    "duty_not_found": (
        "没有找到计次事项“{duty}”，请从列表中选择。",
        "There is no item “{duty}”; choose one from the list.",
    ),
    "duty_code_shape": (
        "代号须以小写字母开头，可含小写字母、数字、下划线和连字符，最多 20 个字符，例：policy。",
        "A code begins with a small letter and has at most 20 small letters, digits, underscores and hyphens: policy.",
    ),
    "amount_out_of_range": ("请填写 {least} 至 {most} 之间的数。", "Enter a number from {least} to {most}."),
    "bonus_without_points": (
        "加分事项须写明每次加几分（大于 0）。",
        "A bonus item needs the points that each record gives (more than 0).",
    ),
    "ends_before_start": (
        "结束日期早于开始日期，请更正。",
        "The last day is before the first; correct one of them.",
    ),
    "duty_record_invalid": ("没有登记，请按下面的提示更正。", "Not recorded; see below what to correct."),
    "duty_record_exists": (
        "“{title}”已经登记过（同一链接，或同日同名），不重复计次。如前一条有误，请先划除。",
        "“{title}” is recorded already (same address, or same title on the same day) and counts once. If that record "
        "is wrong, strike it out first.",
    ),
    "duty_record_not_found": (
        "没有找到这条记录，请返回列表重新选择。",
        "There is no such record; go back to the list and choose again.",
    ),
    "duty_record_struck": (
        "这条记录已经划除，无需再次操作。",
        "This record has been struck out already; nothing is left to do.",
    ),
    "day_in_future": (
        "{day} 还没有到，请填写实际完成的日期。",
        "{day} is still to come; enter the day on which it was done.",
    ),
    "outside_validity": (
        "日期不在该事项的有效期（{start} 至 {end}）内，请核对。",
        "The day is outside the validity of this item ({start} to {end}); check it.",
    ),
    # Rectifications
    "rectification_invalid": (
        "没有保存，请按下面的提示更正。",
        "Not saved; see below what to correct.",
    ),
    "rectification_not_found": (
        "没有找到整改事项“{number}”，请从台账中选择。",
        "There is no finding “{number}”; choose it from the list.",
    ),
    "rectification_step_not_open": (
        "整改事项 {number} 的状态已变，现在不能这样办理。请刷新页面后再看。",
        "The state of {number} has changed, so this cannot be done now. Reload the page.",
    ),
    "own_finding": (
        "您可以代表该部门答复这项整改，不能由您销号，请由政数局另一位同事办理。",
        "You may answer this finding for the department, so a colleague of the data office has to close it.",
    ),
    "rectification_entry_of_other": (
        "“{entry}”不是该部门的目录条目，请核对部门或条目。",
        "“{entry}” is not an entry of this department; check the one or the other.",
    ),
    "due_before_found": (
        "整改期限早于发现日期，请更正。",
        "The due date is before the day of the finding; correct one of them.",
    ),
    "evidence_missing": (
        "请写明整改情况，或给出可以查看的网址。",
        "Say what was done, or give an address where it can be seen.",
    ),
}
