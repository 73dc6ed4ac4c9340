"""Sentences for obligations, the requests about them and the working-day calendar."""

MESSAGES: dict[str, tuple[str, str]] = {
    "obligation_not_found": (
        "没有找到这项更新任务，请从更新台账进入。",
        "There is no such obligation; open it from the ledger.",
    ),
    "act_not_found": ("没有找到这项申请，请从列表进入。", "There is no such request; open it from the list."),
    "act_not_for_kind": ("这类事项不适用这项操作。", "This does not apply to this kind of obligation."),
    "act_not_in_state": (
        "当前状态不能进行这项操作，可能已有人办理。请刷新查看。",
        "This is not possible in the present state; someone may have been faster. Reload to see.",
    ),
    "act_waiting": (
        "已有一项申请在等政数局答复，答复之后再办。",
        "A request is waiting for the office; go on after its answer.",
    ),
    "act_decided": (
        "{by}已经作出决定，请刷新查看结果。",
        "{by} has decided already; reload to see the outcome.",
    ),
    "act_not_grantable": (
        "这项任务已有结果，不能再同意，只能不同意并说明。",
        "It has been settled since, so the request can only be refused, with the reason.",
    ),
    "act_not_moot": (
        "这项申请还可以同意，请作出答复。",
        "This request can still be granted: answer it.",
    ),
    "own_request": (
        "不能决定自己提出的申请，请由另一位同事办理。",
        "You cannot decide on your own request; a colleague has to do it.",
    ),
    "reason_too_short": ("请写明理由，至少{least}个字。", "Give a reason of at least {least} characters."),
    "period_not_begun": (
        "本期从{starts_on}开始，到时再确认。",
        "This period begins on {starts_on}; confirm it then.",
    ),
    "other_period_first": (
        "今天的确认会计入另一期，请先办那一期。",
        "A confirmation of today would serve another period; go to that one first.",
    ),
    "unchanged_too_often": (
        "已连续{limit}次确认无变化，本期须上传新数据；上传一次之后可再确认。",
        "It was confirmed unchanged {limit} times in a row; it needs new data now.",
    ),
    "nothing_to_confirm": (
        "没有可以确认的更新期：本期尚未开始，或今天的更新已经计入。",
        "There is no period to confirm: none has begun, or today's update has served it already.",
    ),
    "extension_used": ("本期已延期过一次，不能再延。", "It has been extended once and cannot be extended again."),
    "extension_too_late": (
        "宽限期已于{grace_on}结束，不能再申请延期；请尽快更新，完成后可申诉。",
        "The days of grace ended on {grace_on}: deliver soon; you can object once it is settled.",
    ),
    "extension_out_of_range": (
        "延期后的到期日须在{first_on}到{last_on}之间。",
        "The new due date must lie between {first_on} and {last_on}.",
    ),
    "objection_too_late": (
        "申诉期限为 10 个工作日，已于{last_on}结束。",
        "The 10 working days for objecting ended on {last_on}.",
    ),
    "objection_used": (
        "对本期已申诉过一次，以政数局的答复为准。",
        "You have objected once; the office's answer stands.",
    ),
    "not_overdue_yet": (
        "在 {grace_on} 及以前更新仍算按时，尚不需要豁免。",
        "It is on time until {grace_on}; there is nothing to excuse yet.",
    ),
    "day_not_valid": ("请填写有效的日期，例如 2026-10-10。", "Give a valid date such as 2026-10-10."),
    "correction_kind_missing": ("请选择当天放假还是上班。", "Choose whether the day is off or worked."),
    "decision_missing": ("请点“同意”或“不同意”。", "Press either “Grant” or “Refuse”."),
    "correction_name_missing": (
        "请写明原因，例如“国庆节”或“调休上班”。",
        "Say why, for example the name of the holiday.",
    ),
}
