"""The words by which lines of an office's sheet are known: notes, signatures, totals, units, names of columns."""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """A pattern for one of the words, parted by blanks; a longer word comes before its own beginning."""
    return "|".join(sorted(words.split(" "), key=len, reverse=True))


BLANKS = r"[\s　]*"
CLOSED = r"[（(][^（）()]{0,20}[)）]"
"""A remark in brackets behind a word."""

NOTE_WORDS = _any(
    r"注 备注 備註 说明 說明 附注 附註 资料来源 資料來源 数据来源 來源 来源 数据更新 更新时间 更新日期 统计口径"
    r" 指标解释 指标说明 单位(?=[:：]) 單位(?=[:：]) 制表 填表 填报 审核 负责人 联系人 联系电话 报送 打印 导出时间"
    r" 导出日期 source notes? footnotes? data\ssource updated copyright © \(c\)"
)
NOTE = re.compile(
    rf"^[\s　（(【\[*＊※★●]*(?:{NOTE_WORDS})(?:[:：]|\W|\d|[一二三]|$|.{{0,8}}[:：]|.{{12}})", re.I | re.S
)
"""How a line below a table begins that is no record: 注：…, 资料来源于… at length, but not 注册科."""
RULE = re.compile(r"[\s\"]*([-*=_~+#.─━—])\1{9,}[\s\"]*")
"""A line drawn of signs: what stands below it is no longer the table."""
NOTE_LABEL = re.compile(
    f"{BLANKS}(?:{_any('注 备注 備註 说明 說明 数据来源 资料来源 資料來源 来源 source notes?')}){BLANKS}[:：]", re.I
)
"""A note of which the text stands in the next cell."""
NUMBERED_NOTE = re.compile(r"^[\s　]*(?:\d{1,2}[.、)）]|[（(]\d{1,2}[)）]|[①-⑳]|[*＊#※]+)\D")

SIGNATURE_WORDS = _any(
    "制表人? 制表单位 填表人? 填报人 填报单位 编制单位 报送单位 审核人? 复核人? 单位负责人 部门负责人"
    " 统计负责人 分管领导 主要领导 领导签字 经办人 联系人 报出日期 填报日期 制表日期 填表日期 联系电话 盖章"
)
SIGNATURE = re.compile(rf"^{BLANKS}(?:{SIGNATURE_WORDS}){BLANKS}(?:{CLOSED})?[:：]")
OFFICES = _any("局 委员会 办公室 中心 政府 管委会 街道办事处 公司 统计科")
SIGN_OFF = re.compile(
    rf"{BLANKS}(?:(?:19|20)\d\d\s*年\s*\d{{1,2}}\s*月(?:\s*\d{{1,2}}\s*日)?|二[〇○零O]\S{{2}}年\S{{1,3}}月\S{{1,4}}日"
    rf"|\S{{2,24}}(?:{OFFICES}))(?:{CLOSED})?{BLANKS}"
)
"""The office or the day that stands alone below a table."""
LABEL = re.compile(r"^[^:：，。]{1,14}[:：](?!//)")
"""填报单位：…, 日期：…, in a line between title and table."""

HEADER_WORD = re.compile(
    _any(
        r"序\s*号 編\s*號 编\s*号 编码 代码 代碼 姓\s*名 名\s*称 名稱 性\s*别 性別 年\s*龄 地\s*址 电\s*话 電話"
        r" 联系电话 联系方式 备\s*注 備註 日\s*期 时\s*间 時間 类\s*别 類別 类型 单\s*位 单位名称 所属\S{1,4}"
        r" 数\s*量 金\s*额 面\s*积 人数 户数 地\s*区 指\s*标 项\s*目 年\s*度 年\s*份 月\s*份 行政区划? 行政區"
        r" 街道名称 学校名称 企业名称 机构名称 统一社会信用代码 经度 纬度 經度 緯度 id no\.? name date type"
        r" code address year month area value remarks? longitude latitude"
    ),
    re.I,
)
"""Words that name a column and never stand in one."""

TOTAL_WORDS = _any(r"合[\s　]*[计計] [总總][\s　]*[计計] 小[\s　]*[计計] [总總]和 共[计計]")
TOTAL = (
    rf"(?i)^{BLANKS}(?:[^\s\d，。:：]{{0,12}}{BLANKS}(?:{TOTAL_WORDS})数?|(?:grand\s+|sub-?\s*)?totals?|sum)"
    rf"{BLANKS}(?:{CLOSED})?{BLANKS}[:：]?$"
)
"""合计, 全区合计, 小计（花湖）, Total, Sub-total. Understood alike by Python and DuckDB."""
CONTINUED = re.compile(r"[\s　（(]*(?:续上?表|接上[页表]|续|第\s*\d+\s*页.*)[\s　\d）)]*")
"""A line over a table that goes on from the page before."""
TABLE_TITLE = re.compile(
    rf"{BLANKS}(?:附?表\s*[\d一二三四五六七八九十]|附件|[一二三四五六七八九十]{{1,2}}、|[（(][一二三四五六七八九十]{{1,2}}[)）]).*"
)

UNIT_SIZE = f"(?:{_any('十 百 千 万 萬 百万 百萬 千万 千萬 亿 億 十亿 毫 微 k M G')})?"
UNIT_WORD = (
    "(?:"
    + _any(
        "人次 人 户 戶 个 個 家 美元 欧元 港元 元 标准煤 吨 噸 千克 公斤 克 斤 升 公升 平方公里 平方千米"
        " 平方米 平方公尺 公里 千米 厘米 毫米 米 公尺 公顷 公頃 亩 立方米 立方公尺 千瓦时 千瓦時 瓦时 度 千瓦"
        " 瓦 百分比 百分点 年 月 日 天 小时 小時 分钟 分鐘 分 秒 岁 歲 次 件 台 臺 辆 輛 艘 架 套 张 張 册 冊"
        " 份 座 所 间 間 条 條 处 處 栋 棟 层 床 枚 只 头 株 棵 班 级 倍 宗 起 例 项 項 卷 页 篇 部 摄氏度 ℃"
        " °C [%％‰] ㎡ m[²2³3]? km[²2]? cm mm ha kg g mg μg ug t L ml kWh MWh GWh kW MW W dB Pa hPa ppm ppb pH"
    )
    + ")"
)
UNIT = re.compile(
    rf"[（(\[]?(?:单位[:：])?({UNIT_SIZE}{UNIT_WORD}(?:[/·.每]{UNIT_SIZE}{UNIT_WORD}){{0,2}}|无量纲|指数)[)）\]]?"
)
"""What a cell of a row of units holds: 万元, (人), 元/人, μg/m³."""
UNIT_LABEL = re.compile(r"[（(]?(?:计量|計量|数据)?单\s*位[)）]?|單\s*位|units?", re.I)

ORDINAL = re.compile(r"[（(]?([1-9]\d{0,2})[)）]?(?:\s*[=＝]\s*[\d+＋\-－*×/÷()（）.%\s]+)?|([①-⑳])", re.ASCII)
"""A cell of a row of column numbers: 3, (3), ③, 3=1+2. 003 is a code."""
STEMS, LETTERS = "甲乙丙丁戊己庚辛壬癸", "ABCDEFGH"
ORDINAL_WORD = re.compile(rf"[{STEMS}{LETTERS}]|[栏行列]\s*[次号目]|序号|[-—－]+")
"""What stands in such a row over columns of words."""
