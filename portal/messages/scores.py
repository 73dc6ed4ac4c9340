"""Sentences of the assessment: periods, cards, weights, objections."""

MESSAGES: dict[str, tuple[str, str]] = {
    "score_period_not_found": (
        "没有考核期“{period}”。考核期写作 2026H1、2026H2 或 2026，且须已经开始。",
        "There is no period “{period}”. Periods are written 2026H1, 2026H2 or 2026 and have begun.",
    ),
    "indicator_not_found": (
        "没有指标“{indicator}”，请从得分卡进入。",
        "There is no indicator “{indicator}”; open it from the scorecard.",
    ),
    "scorecard_not_found": (
        "没有找到这个部门在 {period} 的得分卡，请从考核页面进入。",
        "This department has no scorecard for {period}; open it from the page of scores.",
    ),
    "period_runs": (
        "{period} 到 {on} 才结束，结束后方可定格。",
        "{period} ends on {on}; it can be frozen after that.",
    ),
    "period_undecided": (
        "{period} 还有 {count} 项到期事项在宽限期内，最迟 {until} 见分晓。请在此后定格，以免这些事项不计入任何一期。",
        "{count} obligations due in {period} are still within their grace, the last until {until}. Freeze after that "
        "day, or they would be assessed in no period.",
    ),
    "period_frozen": (
        "{period} 的得分已经定格，不能再次定格。如有出入，请通过异议调整。",
        "The scores of {period} are frozen already. What is wrong is put right by objections.",
    ),
    "weights_invalid": (
        "权重没有保存，请更正下列内容。",
        "The weights were not saved; correct what is listed.",
    ),
    "weights_in_the_past": (
        "生效日期不能早于今天（{today}）：已结束的考核期按当时的权重计分。",
        "They cannot start before today ({today}): periods that are over keep the weights they had.",
    ),
    "weights_no_day": (
        "请填写生效日期，如 2026-07-01。",
        "Give the day from which they hold, such as 2026-07-01.",
    ),
    "weights_all_zero": (
        "权重不能全部为 0，请至少保留一项指标。",
        "The weights cannot all be 0; keep at least one indicator.",
    ),
    "weight_not_a_number": (
        "请填写数字，如 12.5。",
        "Give a number such as 12.5.",
    ),
    "weight_out_of_range": (
        "请填写 {least} 到 {most} 之间的数。",
        "Give a number from {least} to {most}.",
    ),
    "score_objection_invalid": (
        "没有提交，请更正下列内容。",
        "This was not sent; correct what is listed.",
    ),
    "card_not_frozen": (
        "{period} 的得分尚未定格，定格后才能提出异议。数据有误请先与政数局联系。",
        "The scores of {period} are not frozen yet; you can object once they are. Until then, tell the data office.",
    ),
    "score_objection_too_late": (
        "异议应在定格后 {workdays} 个工作日内提出，已于 {until} 截止。",
        "Objections are possible within {workdays} working days of the freezing; that ended on {until}.",
    ),
    "score_objection_exists": (
        "对这项指标已经提出过异议，请在异议记录中查看答复。",
        "There is an objection to this figure already; see the answer below.",
    ),
    "score_objection_not_found": (
        "没有找到这条异议，请刷新页面后再试。",
        "There is no such objection; reload the page.",
    ),
    "score_objection_decided": (
        "这条异议已经答复，不能再改。",
        "This objection has been answered; the answer stands.",
    ),
    "score_objection_points": (
        "采纳时请填写调整的分数：加分为正、减分为负，不为 0，绝对值不超过 {most}。",
        "To accept it, give the points to add, or below zero to take: not 0, at most {most} either way.",
    ),
}
