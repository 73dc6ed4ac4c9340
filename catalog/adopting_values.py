"""What other portals write for cycle, openness and domain, brought to the codes of this house.

Only what a text says is taken: a phrase that leaves the choice open gives None, and a person has to decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from catalog.vocabularies import VOCABULARIES, simplify

_DIGITS = {
    "一": "1",
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "十": "10",
    "十二": "12",
}
_FILLERS = re.compile(
    r"更新(?:频率|周期|一次)?|(?<=[年月周旬日季度天])(?:一次|1次)|^(?:每隔|每|按|逐|约)|个(?=月|季|星期)|^(?:1次|一次)"
)
_SPAN = re.compile(r"([0-9]{1,3}|十二|[一二两三四五六七十])?(日|天|工作日|周|星期|旬|月|季度|季|年度|年)")
_UNITS = {"天": "日", "工作日": "日", "星期": "周", "季度": "季", "年度": "年"}
_SPANS: Mapping[tuple[int, str], str] = {
    (1, "日"): "daily",
    (7, "日"): "weekly",
    (1, "周"): "weekly",
    (10, "日"): "ten_days",
    (1, "旬"): "ten_days",
    (30, "日"): "monthly",
    (31, "日"): "monthly",
    (3, "旬"): "monthly",
    (1, "月"): "monthly",
    (90, "日"): "quarterly",
    (3, "月"): "quarterly",
    (1, "季"): "quarterly",
    (180, "日"): "half_yearly",
    (6, "月"): "half_yearly",
    (2, "季"): "half_yearly",
    (360, "日"): "yearly",
    (365, "日"): "yearly",
    (12, "月"): "yearly",
    (4, "季"): "yearly",
    (1, "年"): "yearly",
}
"""(count, unit) → cycle. What lies between two cycles (每 2 日, 每 121 日) is none of them."""

_CLOSED = re.compile(r"禁止|不予|不(?:得|能|宜|可)?(?:对外)?开放|暂不|不公开")
_CONDITIONAL = re.compile(r"申请|审核|审批|审查|注册|登录|登陆|实名|认证|受限|有条件|部分开放|仅供|仅限|签订|协议|授权")
_MEMBER_MARKS = re.compile(r"[,，、;；/|\s]+")

BROAD_DOMAINS: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "教育科技": {
        "education": re.compile(r"教育|教学|教师|教委|学校|学生|学院|大学|小学|中学|高校|院校|幼儿|招生|考试|校|图书"),
        "science": re.compile(
            r"科技|科学|科委|研究|研发|创新|高新|专利|知识产权|技术|实验室|信息化|软件|孵化|众创|科协"
        ),
    },
    "资源环境": {
        "energy": re.compile(
            r"国土|自然资源|土地|用地|矿|能源|电力|电量|燃气|地质|地面沉降|测绘|海域|节能|水资源|取水"
        ),
        "environment": re.compile(
            r"环境|环保|污染|生态|水质|空气|大气|噪声|绿化|市容|垃圾|废|排污|排放|辐射|园林|湿地|河"
        ),
    },
}
"""Labels of other lists that cover two domains → what in the row beside speaks for each."""
_SAME_BREADTH = {
    simplify(name): marks for name, marks in {**BROAD_DOMAINS, "科技、教育": BROAD_DOMAINS["教育科技"]}.items()
}


def parse_cycle(text: str) -> str | None:
    """The cycle that a phrase means: 每1月, 1年, 三个月, 按年更新, 每季度一次; None if none of ours or unclear.

    A bare number is never understood: what it counts differs from portal to portal.
    """
    known = VOCABULARIES["update_cycle"].find(text)
    if known is not None:
        return known.code
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    known = VOCABULARIES["update_cycle"].find(plain)
    if known is not None:
        return known.code
    bare = plain
    while (shorter := _FILLERS.sub("", bare)) != bare:
        bare = shorter
    if bare in {"半年", "半年度", "0.5年"}:
        return "half_yearly"
    match = _SPAN.fullmatch(bare)
    if match is None:
        return None
    count = int(_DIGITS.get(match[1] or "1", match[1] or "1"))
    return _SPANS.get((count, _UNITS.get(match[2], match[2])))


def parse_openness(text: str) -> str | None:
    """The open type that a phrase of conditions means; None where it names a purpose or a place but no condition."""
    known = VOCABULARIES["open_type"].find(text)
    if known is not None:
        return known.code
    if _CLOSED.search(text):
        return "closed"
    return "conditional" if _CONDITIONAL.search(text) else None


def choose_domain(stated: Sequence[str], beside: Sequence[str]) -> str | None:
    """The domain that a row states.

    `stated` are its texts for what it is about, the most telling column first; the next counts where one says nothing
    of the 22, though a catch-all there adds nothing. Where a text names several, the first that is not the catch-all.
    A label as broad as two domains is settled by `beside` (title, provider, industry); undecided it is none.
    """
    for place, text in enumerate(stated):
        code = _of_label(text, [*beside, *stated[:place], *stated[place + 1 :]])
        if code is not None and (place == 0 or code != "other"):
            return code
    return None


def _of_label(text: str, beside: Sequence[str]) -> str | None:
    vocabulary = VOCABULARIES["domain"]
    marks = _SAME_BREADTH.get(simplify(text))
    if marks is not None:
        decided = _weigh(marks, beside)
        known = vocabulary.find(text)
        return decided or (known.code if known else None)
    whole = vocabulary.find(text)
    if whole is not None:
        return whole.code
    members = [part for part in _MEMBER_MARKS.split(text) if part and part != text]
    codes = [code for part in members if (code := _of_label(part, beside))]
    return next((code for code in codes if code != "other"), next(iter(codes), None))


def _weigh(marks: Mapping[str, re.Pattern[str]], beside: Sequence[str]) -> str | None:
    texts = [text for text in beside if simplify(text) not in _SAME_BREADTH]
    votes = {code: sum(1 for text in texts if pattern.search(text)) for code, pattern in marks.items()}
    best = max(votes.values())
    leaders = [code for code, count in votes.items() if count == best]
    return leaders[0] if best and len(leaders) == 1 else None
