"""Names of bodies with the regions they belong to: what two cities share is never mixed, what is one body is found."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from catalog.departments import create_department, find_by_any_name, load_names
from catalog.permissions import system_actor
from catalog.providers import PlacedName, ProviderList, clean_provider, is_same_body, split_name


@pytest.mark.parametrize(
    ("name", "regions", "level", "body"),
    [
        ("黄石市黄石港区教育局", ("黄石市", "黄石港区"), "", "教育局"),
        ("绍兴市市场监管局", ("绍兴市",), "", "市场监管局"),
        ("贵阳市城市管理局", ("贵阳市",), "", "城市管理局"),
        ("融水苗族自治县行政审批局", ("融水苗族自治县",), "", "行政审批局"),
        ("市市场监管局", (), "市", "市场监管局"),
        ("市场监管局", (), "", "市场监管局"),
        ("市民政局", (), "市", "民政局"),
        ("市政府办公室", (), "市", "政府办公室"),
        ("市政园林局", (), "", "市政园林局"),
        ("省财政厅", (), "省", "财政厅"),
        ("民政局", (), "", "民政局"),
    ],
)
def test_a_name_is_split_into_its_regions_and_the_rest(
    name: str, regions: tuple[str, ...], level: str, body: str
) -> None:
    assert split_name(name) == PlacedName(regions, level, body)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("黄石市黄石港区教育局", "黄石港区教育局", True),
        ("深圳市教育局", "黄石港区教育局", False),
        ("深圳市教育局", "黄石市教育局", False),
        ("教育局", "黄石市教育局", False),
        ("柳州市柳城县", "柳城县", True),
    ],
)
def test_one_body_is_known_by_a_longer_row_of_regions_but_not_across_them(one: str, other: str, same: bool) -> None:
    assert is_same_body(one, other) is is_same_body(other, one) is same


def test_a_list_tells_what_its_short_names_mean() -> None:
    providers = ProviderList(["温州市教育局", "温州市水利局", "市教育局", "平阳县统计局", "县教育局", "瑞安市人大"])
    assert providers.understand("市教育局") == "温州市教育局"
    assert providers.understand("县教育局", "平阳县各乡镇学校数") == "平阳县教育局"
    assert providers.understand("县教育局", "各乡镇学校数") == "平阳县教育局"
    assert ProviderList(["市统计局", "市财政局"]).understand("市统计局") == "市统计局"
    assert ProviderList(["市统计局"], region="连云港市").understand("市统计局") == "连云港市统计局"


def test_where_no_region_leads_a_short_name_stays_as_it_is_written() -> None:
    providers = ProviderList(["平阳县统计局", "永嘉县统计局", "县教育局"])
    assert providers.understand("县教育局", "学校名录") == "县教育局"


def test_line_breaks_and_blanks_are_no_part_of_a_name() -> None:
    assert clean_provider(" 市地方金融监督管理\n局 ") == "市地方金融监督管理局"
    assert clean_provider("绍兴市综合执法局 （市城管局）") == "绍兴市综合执法局 (市城管局)"


def test_departments_of_two_cities_are_never_taken_for_each_other(session: Session, now: dt.datetime) -> None:
    by = system_actor("test")
    ours = create_department(session, name="黄石港区教育局", short_name="区教育局", by=by, now=now)
    theirs = create_department(session, name="深圳市财政局", by=by, now=now)
    assert find_by_any_name(session, "深圳市教育局") is None
    assert find_by_any_name(session, "黄石市财政局") is None
    assert find_by_any_name(session, "黄石市黄石港区教育局") is ours
    assert find_by_any_name(session, "教育局") is ours
    names = load_names(session)
    assert names.find_whole("区教育局") is None, "another region's list has a 区教育局 of its own"
    assert names.find_exact("市财政局") is None
    assert names.find_whole("深圳市财政局") == theirs.id
