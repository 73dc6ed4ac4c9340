"""Open data of Taipei: Big5 and UTF-8 lists, and eighteen months of one series.

A record with line breaks in a cell is one row, as in spreadsheets.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.corpus import Table, check_table

TAIPEI, SERIES = "tables/tw_taipei", "tables/tw_monthly_series"
CHARGING = "tables/tw_taipei/commercial-ev-charging-swap-stations"
RIVER = "115年度河濱公廁點位(含景觀)0209.csv"
TIMED = "●115年開放時間 (限時收受點csv) 1150223.csv"
PARKING = "pay.taipei支援無卡進出停車場清單_20260211 (1).csv"

LISTS = [
    Table(
        f"{TAIPEI}/bulky-waste-collection-booking/source.csv",
        "cp950",
        [1],
        (2, 66),
        65,
        6,
        ("行政區", "預約時間"),
        [
            (1, "市話", "(02)27881921"),
            (1, "地址-行政區域代碼", "63000090"),
            (65, "各分隊收運轄區里", "博嘉里、萬芳里、萬美里"),
        ],
    ),
    Table(
        f"{TAIPEI}/certified-bathhouses/source.csv",
        "cp950",
        [1],
        (2, 58),
        57,
        5,
        ("報名類別", "認證有效日期"),
        [(1, "認證有效日期", "20271231"), (57, "業者名稱", "櫻崗溫泉會?有限公司")],
    ),
    Table(
        f"{CHARGING}/臺北市營利電動機車充電站-12站.csv",
        "cp950",
        [1],
        (2, 13),
        12,
        6,
        ("序號", "縣市代碼"),
        [(1, "廠商", "中華汽車"), (12, "名稱", "文林路站")],
    ),
    Table(
        f"{CHARGING}/臺北市營利電動車充電站-240站.csv",
        "cp950",
        [1],
        (2, 241),
        240,
        6,
        ("序號", "縣市代碼"),
        [(2, "名稱", "台北內湖服務體驗中心超級充電站"), (240, "地址", "台北市內湖區港墘路250號")],
        warned=["tabs_removed"],
    ),
    Table(
        f"{TAIPEI}/crime/臺北市自行車竊盜點位資訊-UTF8-BOM.csv",
        "cp950",
        [1],
        (2, 3857),
        3856,
        5,
        ("編號", "發生地點"),
        [(1, "發生日期", "1040101"), (2, "發生時段", "08~10"), (3856, "發生地點", "臺北市士林區百齡右岸河濱公園")],
    ),
    Table(
        f"{TAIPEI}/designated-smoking-areas/臺北市指定吸菸區.csv",
        "utf-8-sig",
        [1],
        (2, 203),
        202,
        12,
        ("行政區", "備註"),
        [(1, "緯度", "25.05135"), (202, "管理單位電話", "(02)25031369-519")],
    ),
    Table(
        f"{TAIPEI}/family-friendly-toilets/臺北市親子友善廁所點位資訊.csv",
        "cp950",
        [1],
        (2, 394),
        393,
        13,
        ("行政區", "親子友善評鑑獲獎"),
        [(4, "公廁編號", "百526"), (5, "尿布臺設置數量", "0"), (393, "經度", "121.489814")],
    ),
    Table(
        f"{TAIPEI}/gas-lpg-stations/臺北市加油站及加氣站分布圖.csv",
        "utf-8-sig",
        [1],
        (2, 76),
        75,
        12,
        ("CITYZONE", "ADDR_Y"),
        [(5, "DUTY_TIME", "7~24時"), (75, "S_NAME", "至善加油站"), (75, "HAVESELF", "")],
    ),
    Table(
        f"{TAIPEI}/lactation-rooms/台北哺乳室建置資料清單-1141231.csv",
        "cp950",
        [1],
        (2, 527),
        526,
        13,
        ("行政區", "貼心小提醒"),
        [(1, "行政區", "63000010"), (2, "分機", "轉 6733"), (526, "機構名稱", "臺北市立聯合醫院附設北投門診部")],
    ),
    Table(
        f"{TAIPEI}/lactation-rooms/臺北市依法設置哺集乳室清單.csv",
        "cp950",
        [1],
        (2, 527),
        526,
        6,
        ("機關名稱", "手機"),
        [(2, "分機", "6733"), (4, "機關名稱", "臺北自來水事業處\n(東區營業分處)"), (526, "電話", "(02)28912670")],
    ),
    Table(
        f"{TAIPEI}/pay-taipei-cardless-parking-lots/{PARKING}",
        "utf-8-sig",
        [1],
        (2, 228),
        227,
        10,
        ("seqno", "說明"),
        [(1, "停車場ID", "100"), (225, "電話", "0905-118-309"), (227, "說明", "委外場次")],
    ),
    Table(
        f"{TAIPEI}/public-private-swimming-pools/source.csv",
        "utf-8",
        [1],
        (2, 85),
        84,
        8,
        ("編號", "地址"),
        [(3, "緯度", "25.0258"), (4, "緯度", "25.0410"), (84, "分機", "")],
    ),
    Table(
        f"{TAIPEI}/public-school-sports-venues/source.csv",
        "utf-8-sig",
        [1],
        (2, 225),
        224,
        7,
        ("序號", "校園場地開放時間"),
        [(1, "機關代碼", "379056100U"), (221, "校園場地開放時間", "未開放"), (224, "郵遞區號", "112")],
    ),
    Table(
        f"{TAIPEI}/recycling-analytics/source.csv",
        "cp950",
        [1],
        (2, 703),
        702,
        5,
        ("年度", "回收量（噸）"),
        [(1, "回收量（噸）", "385.99"), (702, "行政區域代碼", ""), (702, "回收量（噸）", "72.8")],
    ),
    Table(
        f"{TAIPEI}/riverside-toilets/{RIVER}",
        "cp950",
        [1],
        (2, 335),
        334,
        10,
        ("NO", "Lat_WD97"),
        [(1, "Long_TWD97", "304058.4359"), (334, "NO", "S63"), (334, "Lat_WD97", "2772314.3")],
    ),
    Table(
        f"{TAIPEI}/timed-collection-points/{TIMED}",
        "cp950",
        [1],
        (2, 31),
        30,
        7,
        ("行政區", "緯度"),
        [(1, "分隊", "蘭雅"), (4, "緯度", "25.076"), (30, "分隊", "萬華\r\n停車場")],
    ),
]

MONTHS = [  # month of the file, rows, name of the last tender, its budget
    ("202401", 40, "捷運松山新店線及板南線隧道檢測工作", "35,993,524"),
    ("202402", 51, "板南線及中和新蘆線OTIS電(扶)梯及友嘉電梯設備維護工作", "87981000"),
    ("202403", 62, "板南線KONE電扶梯踏階鏈條重置採購", "39,900,000"),
    ("202404", 73, "370型電聯車鼓風機馬達電源供應器等4項採購", "預算金額不公開"),
    ("202405", 44, "OTIS電梯乘場語音增設工作", "453,075"),
    ("202406", 60, "捷運土城、新莊及蘆洲機廠攝影機增設採購", "1,444,275"),
    ("202407", 32, "321/341型電聯車輔助電力系統及煞車系統重置採購", "2052513406"),
    ("202408", 31, "文湖線木柵段水電及消防設備保養維護工作", "21,617,609"),
    ("202409", 44, "龍門及頂好廣場暨東區地下街出口12及14改造工程委託設計及監", "9,505,708"),
    ("202410", 43, "消防廣播副機等2項採購", "預算金額不公開"),
    ("202411", 34, "321型電聯車車下管路接頭改善工作", "11,650,248"),
    ("202412", 44, "板南線板橋段廠站空調設備保養維護工作", "58,549,397"),
    ("202501", 23, "貓空纜車動物園站自動售票機移設工作", "1,773,209"),
    ("202502", 51, "北投會館住宿早餐採購", "1446900"),
    ("202503", 71, "淡水信義線淡水段環控系統中央控制管理設備重置採購", "210,427,000"),
    ("202504", 53, "控制主機採購", "預算金額不公開"),
    ("202505", 55, "車門控制器等2項採購", "8,870,400"),
    ("202506", 39, "板南線台北車站B1大廳層鏤空區建置工程", "20,743,582"),
]


@pytest.mark.shared
@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.file)
def test_list_is_read_as_a_person_reads_it(shared_data: Path, table: Table) -> None:
    check_table(shared_data / table.file, table)


@pytest.mark.shared
@pytest.mark.parametrize(("month", "rows", "tender", "budget"), MONTHS)
def test_month_of_a_series_is_read(shared_data: Path, month: str, rows: int, tender: str, budget: str) -> None:
    file = f"{SERIES}/臺北捷運公司採購案件預定招標時程資訊_{month}.csv"
    counted_on = str(int(month) - 191100)  # the years of Taiwan begin in 1911
    cells = [(rows, "標案名稱", tender), (rows, "預算金額", budget), (1, "統計期_民國年月", counted_on)]
    names = ("序號/編號", "統計期_民國年月")
    check_table(shared_data / file, Table(file, "cp950", [1], (2, rows + 1), rows, 5, names, cells))


@pytest.mark.shared
def test_text_lost_before_delivery_is_read_and_told(shared_data: Path) -> None:
    file = f"{TAIPEI}/low-carbon-sustainable-communities/source.csv"
    cells = [(1, "�F���ɶ�", "2020-10-23T18:31:41"), (375, "�Ǹ�", "375")]
    warned = ["replacement_characters", "header_duplicate"]
    table = Table(file, "utf-8", [1], (2, 376), 375, 6, ("�Ǹ�", "�F���ɶ�"), cells, warned=warned)
    check_table(shared_data / file, table)
