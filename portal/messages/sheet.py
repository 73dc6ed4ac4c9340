"""Texts about catalog sheets and imports; a sentence about a cell stands behind its address and column."""

MESSAGES: dict[str, tuple[str, str]] = {
    # the file as a whole
    "sheet_cannot_be_read": (
        "这个文件打不开或已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx，再上传。",
        "This file cannot be opened or is damaged. Open it in Excel or WPS, save it as .xlsx and upload it again.",
    ),
    "sheet_is_no_workbook": (
        "这是压缩包，不是表格。请解压后上传其中的 .xlsx 或 .csv 文件。",
        "This is an archive and not a workbook. Unpack it and upload the .xlsx or .csv file in it.",
    ),
    "sheet_is_too_large": (
        "表格解开后超过 {megabytes} MB。请删去图片和多余的工作表，或分成几个文件上传。",
        "The sheet unpacks to more than {megabytes} MB. Remove pictures and other worksheets, or split it.",
    ),
    "sheet_has_too_many_rows": (
        "表格有 {rows} 行，超过 {limit} 行。请删去表格下方的空白行，或分成几个文件上传。",
        "The sheet has {rows} rows, more than {limit}. Delete the blank rows below the table, or split it.",
    ),
    "sheet_has_too_many_columns": (
        "表格有 {columns} 列，超过 {limit} 列。请删去右侧多余的列。",
        "The sheet has {columns} columns, more than {limit}. Delete the surplus columns on the right.",
    ),
    "sheet_has_too_many_merged_cells": (
        "合并单元格超过 {limit} 处。请取消合并，在每一行重复填写。",
        "There are more than {limit} merged ranges. Unmerge them and repeat the values in each row.",
    ),
    "sheet_has_no_header": (
        "没有找到表头：前 30 行中没有“信息资源名称”这一行。请使用平台的模板，或把表头改成模板中的列名。",
        "No header was found: none of the first 30 rows holds 信息资源名称. Use the template, or its column names.",
    ),
    "sheet_has_no_rows": (
        "表头下面没有填写任何条目（示例行不算）。请填写后再上传。",
        "There are no entries below the header (the example does not count). Fill in some and upload again.",
    ),
    "json_is_not_a_list": (
        "这个 JSON 文件不是条目列表。请提供由对象组成的数组。",
        "This JSON file is not a list of entries. Provide an array of objects.",
    ),
    "sheet_not_found": ("没有这份上传的表格，或不属于本部门。", "There is no such uploaded sheet, or it is not yours."),
    "sheet_is_settled": (
        "这份表格已经处理过（已导入、已放弃或未能读取）。请重新上传。",
        "This sheet has been dealt with already (applied, discarded or refused). Upload it again.",
    ),
    "sheet_has_problems": (
        "表格中有 {count} 处须改正，没有导入任何内容。请下载标红的原表，改正后再次上传。",
        "{count} cells must be corrected; nothing was imported. Download the marked sheet, correct it, upload again.",
    ),
    "sheet_changes_nothing": (
        "表格内容与平台上的目录完全一致，不需要导入。",
        "The sheet says what the catalog says already; there is nothing to import.",
    ),
    # cells
    "header_repeats": (
        "列名“{value}”与前面的列重复，本列没有读取。请删去或改名。",
        "The header “{value}” repeats an earlier column; this column was not read. Delete or rename it.",
    ),
    "header_is_unknown": (
        "列名“{value}”不在模板中，本列没有读取。需要导入的，请改成模板中的列名。",
        "The header “{value}” is not in the template; this column was not read. Rename it if it matters.",
    ),
    "columns_are_missing": (
        "缺少必填的列：{columns}。条目可先导入为草稿，提交前须补齐。",
        "Required columns are missing: {columns}. Entries can be imported as drafts and completed before submission.",
    ),
    "entry_value_differs": (
        "“{value}”与本条目第 {row} 行的“{expected}”不一致。同一条目各行应相同；如果是另一个条目，请另写名称。",
        "“{value}” contradicts “{expected}” in row {row} of the same entry. Make them equal, or give another title.",
    ),
    "digits_are_lost": (
        "超过15位的数字被 Excel 丢了尾数。请把单元格设为“文本”格式后重新输入。",
        "Excel has lost the last digits of this long number. Format the cell as text and type it again.",
    ),
    "not_in_list": (
        "“{value}”不在{allowed}之列。请从下拉列表中选择。",
        "“{value}” is none of {allowed}. Choose from the list.",
    ),
    "not_in_list_but_near": (
        "“{value}”不在{allowed}之列。是不是“{suggestion}”？请从下拉列表中选择。",
        "“{value}” is none of {allowed}. Did you mean “{suggestion}”? Choose from the list.",
    ),
    "label_has_two_meanings": (
        "“{value}”在这里分为两类：{allowed}。请选择其中一个。",
        "“{value}” is two classes here: {allowed}. Choose one of them.",
    ),
    "not_yes_or_no_cell": (
        "“{value}”看不出是或否。请填“是”或“否”。",
        "“{value}” is neither yes nor no. Write 是 or 否.",
    ),
    "unit_in_number": (
        "“{value}”里混有文字。这里只写数字，单位请写在“单位”列。",
        "“{value}” mixes words with a number. Write the number only; the unit has its own column.",
    ),
    "provider_is_missing": (
        "提供方没有填写。请填“{department}”。",
        "The provider is missing. Write “{department}”.",
    ),
    "provider_is_another": (
        "提供方“{value}”不是本部门。本表只能填“{department}”；其他部门的条目由该部门自己填报。",
        "“{value}” is another body. This sheet is for “{department}”; other departments file their own.",
    ),
    "title_repeats": (
        "与 {first} 的“{other}”重名（不计空格和标点）。如果是同一条目请合并，否则请改得能区分。",
        "Same title as “{other}” in {first} (blanks and punctuation apart). Merge them, or tell them apart.",
    ),
    "title_is_near": (
        "与平台上已有的“{other}”只差空格或标点。如果是同一条目，请改成完全一样的名称。",
        "Differs from “{other}” in the catalog only by blanks or punctuation. Use the same title if it is the same.",
    ),
    "title_is_dragged": (
        "连续 {count} 个名称都是“{stem}”加递增的数字，像是拖动填充产生的。请逐个核对名称。",
        "{count} titles in a row are “{stem}” and a number counting up, as dragging makes them. Check each one.",
    ),
    "title_means_several": (
        "本部门有 {count} 个条目都叫“{value}”，无法确定是哪一个。请在下载的当前目录中修改，或填写信息资源代码。",
        "{count} entries are called “{value}”. Edit the sheet downloaded from the catalog, or fill in the code.",
    ),
    "copy_is_merged": (
        "与 {first} 完全相同，已合并为一个条目。",
        "An exact copy of {first}; the two were merged.",
    ),
    "entry_stands_twice": (
        "与 {first} 指同一个条目，但内容不同。请只保留一处；要新增条目，请改用别的名称和代码。",
        "The same entry as {first}, but it says something else. Keep one; a new entry needs another title and code.",
    ),
    "entry_is_stale": (
        "这张表做好之后，平台上的这个条目又改过了。请重新下载当前目录，把改动填到新表中。",
        "This entry has changed in the catalog since the sheet was made. Download the current catalog and edit that.",
    ),
    "marker_is_unknown": (
        "系统标记不属于本部门的任何条目。如果是新条目，请清空本行隐藏的“系统标记”；否则请重新下载当前目录。",
        "The marker belongs to none of your entries. Clear the hidden 系统标记 cell for a new entry, or download anew.",
    ),
    "code_repeats": (
        "代码“{value}”与 {first} 重复，但名称不同。每个条目的代码必须唯一。",
        "The code “{value}” repeats {first}, which has another title. Codes must be unique.",
    ),
    "code_is_short": (
        "代码“{value}”少于 {limit} 位，像是序号。请核对是否为信息资源代码。",
        "The code “{value}” has fewer than {limit} characters and looks like a serial number. Check it.",
    ),
    "code_length_is_odd": (
        "代码“{value}”是 {length} 位，表中多数为 {usual} 位。请核对是否少位或多位。",
        "The code “{value}” has {length} characters, most others {usual}. Check for missing or surplus digits.",
    ),
    # imports of other catalogs
    "provider_is_missing_here": ("没有写提供方，没有导入。", "No provider is given; not imported."),
    "provider_is_unknown": (
        "没有名为“{value}”的部门，没有导入。请先添加该部门，或在导入时允许新建部门。",
        "There is no department called “{value}”; not imported. Add it, or allow the import to create departments.",
    ),
    "title_repeats_here": (
        "同一提供方在本文件中有同名而内容不同的条目，已分别导入，请核对。",
        "The file holds another entry of this title and provider with other content; both were imported. Check them.",
    ),
    "stays_a_draft": (
        "缺少{fields}，不能直接发布，已导入为草稿。",
        "Lacks {fields}; imported as a draft instead of being published.",
    ),
    "merged_despite": (
        "与第 {first} 行是同一条目，已合并；两行的{fields}不同，但不影响导入的内容。",
        "The same entry as row {first}; merged. The two differ in {fields}, which changes nothing that is taken.",
    ),
    "value_read_as": ("“{text}”读作“{meaning}”，请核对。", "“{text}” was read as “{meaning}”; please check."),
    "value_not_understood": (
        "“{value}”看不懂，没有导入。请在条目中补填。",
        "“{value}” was not understood and not imported. Fill it in on the entry.",
    ),
    "text_was_cut": (
        "超过 {limit} 字，只导入了前面的部分。请在条目中改短。",
        "Longer than {limit} characters; only the beginning was imported. Shorten it on the entry.",
    ),
    "members_left_out": (
        "没有导入“{text}”：太短、太长、重复或过多的标签不收。",
        "“{text}” was left out: tags that are too short, too long, repeated or too many are not kept.",
    ),
    "first_format_kept": (
        "原有格式“{text}”，条目只记“{kept}”；其余格式由平台自动提供。",
        "The formats were “{text}”; the entry notes “{kept}”, the portal offers the others by itself.",
    ),
    "no_web_address": (
        "“{value}”不是网址，没有导入。",
        "“{value}” is no web address and was not imported.",
    ),
    "day_is_to_come": (
        "日期 {value} 在今天之后，没有导入。请核对。",
        "The date {value} is in the future and was not imported. Check it.",
    ),
    "provider_code_is_another": (
        "代码“{value}”不是“{department}”的统一社会信用代码（{expected}）。请核对或留空。",
        "“{value}” is not the credit code of “{department}” ({expected}). Check it or leave it empty.",
    ),
}
