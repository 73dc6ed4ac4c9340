"""Texts of the working-day calendar."""

MESSAGES: dict[str, tuple[str, str]] = {
    "arrangement_unreadable": (
        "文件“{file_name}”不是可读取的节假日安排。请上传 CSV(日期、类型、名称三列)或 JSON 文件,大小不超过 1 MB。",
        "The file “{file_name}” is no readable arrangement of days. Upload a CSV (columns 日期, 类型, 名称) or a JSON "
        "file of at most 1 MB.",
    ),
    "arrangement_invalid": (
        "节假日安排有 {count} 处不能识别,未写入任何一天。请按下列提示改正后重新上传。",
        "{count} places of the arrangement are not understood; no day was written. Correct them and upload it again.",
    ),
    "arrangement_columns_missing": (
        "表头缺少“日期”列,或缺少“类型”“是否上班”“是否放假”中的一列(现有:{found})。",
        "The header lacks the column 日期, or one of 类型, 是否上班, 是否放假 (it has: {found}).",
    ),
    "arrangement_date_invalid": (
        "“{value}”不是 2000 至 2100 年间的日期,请写成 2027-02-06 的形式。",
        "“{value}” is no date between 2000 and 2100; write it as 2027-02-06.",
    ),
    "day_out_of_range": (
        "{day} 不在 {first} 至 {last} 之间，请核对年份。",
        "{day} is not between {first} and {last}; check the year.",
    ),
    "arrangement_kind_unknown": (
        "{day} 写的是“{value}”,看不出是上班还是放假。请写“休”或“班”。",
        "{day} says “{value}”: that does not tell whether it is worked. Write 休 (off) or 班 (worked).",
    ),
    "arrangement_day_contradicts": (
        "{day} 出现两次,一处上班、一处放假,请只留一处。",
        "{day} stands here twice, once worked and once off; keep one of them.",
    ),
}
