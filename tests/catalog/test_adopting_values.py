"""Phrases of other portals for cycle, openness and domain: what they say is taken, what they leave open is not."""

from __future__ import annotations

import pytest

from catalog.adopting_values import choose_domain, parse_cycle, parse_openness


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("每1月", "monthly"),
        ("每 3 月", "quarterly"),
        ("每三个月", "quarterly"),
        ("1年", "yearly"),
        ("每年一次", "yearly"),
        ("按年更新", "yearly"),
        ("12个月", "yearly"),
        ("每半年更新一次", "half_yearly"),
        ("7天", "weekly"),
        ("每季度1次", "quarterly"),
        ("每日更新", "daily"),
        ("实时更新", "realtime"),
        ("每 2 日", None),
        ("每 121 日", None),
        ("每两年", None),
        ("每 null null", None),
        ("3", None),
        ("", None),
    ],
)
def test_a_cycle_is_read_where_it_is_one_of_ours(text: str, code: str | None) -> None:
    assert parse_cycle(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("无条件开放", "unconditional"),
        ("用户注册", "conditional"),
        ("按相关规定审核开放共享", "conditional"),
        ("涉及个人信息数据项有条件开放", "conditional"),
        ("仅供机构/个人查询相关记录", "conditional"),
        ("禁止开放", "closed"),
        ("暂不对外开放", "closed"),
        ("用于数据校验", None),
        ("开放网站", None),
        ("暂无", None),
        ("1级\t不脱敏", None),
    ],
)
def test_a_condition_is_conditional_and_a_purpose_or_place_says_nothing(text: str, code: str | None) -> None:
    assert parse_openness(text) == code


@pytest.mark.parametrize(
    ("stated", "beside", "code"),
    [
        (["市场监管"], [], "market"),
        (["文化旅游"], [], "education"),
        (["地名地址"], [], "geography"),
        (["教育科技"], ["民办小学名录", "厦门市教育局"], "education"),
        (["教育科技"], ["省级农业科技园认定信息", "省科技厅"], "science"),
        (["教育科技"], ["名录"], None),
        (["资源环境"], ["探矿权2021", "省自然资源厅"], "energy"),
        (["资源环境"], ["水污染"], "environment"),
        (["经济建设", "财政"], [], "finance"),
        (["经济建设", "综合类"], [], None),
        (["经济建设"], [], None),
        (["其他、信用服务"], [], "credit"),
        (["城乡建设,城乡建设"], [], "housing"),
        (["综合类"], [], "other"),
    ],
)
def test_a_domain_is_what_the_row_states(stated: list[str], beside: list[str], code: str | None) -> None:
    assert choose_domain(stated, beside) == code
