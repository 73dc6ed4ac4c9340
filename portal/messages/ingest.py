"""What people read when a delivered file is refused, or should be looked at before it is confirmed."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # refusals: what the file is, and what to deliver instead
    "file_is_empty": (
        "文件是空的，没有任何内容。请检查后重新上传。",
        "The file is empty. Please check it and upload it again.",
    ),
    "file_is_a_program": (
        "这是程序文件（{kind}），不是数据表。请上传 CSV 或 Excel 文件。",
        "This is a program ({kind}), not a table. Please upload a CSV or Excel file.",
    ),
    "file_is_compressed": (
        "这是压缩文件（{kind}）。请解压后上传其中的 CSV 或 Excel 文件。",
        "This is a compressed file ({kind}). Please unpack it and upload the CSV or Excel file inside.",
    ),
    "file_is_a_document": (
        "这是文档（{kind}），不是数据表。请把其中的表格另存为 Excel 或 CSV 后上传。",
        "This is a document ({kind}), not a table. Please save its table as Excel or CSV and upload that.",
    ),
    "file_is_a_picture": (
        "这是图片（{kind}），无法作为数据表读取。请上传原始的 CSV 或 Excel 文件。",
        "This is a picture ({kind}) and cannot be read as a table. Please upload the original CSV or Excel file.",
    ),
    "file_is_html": (
        "这其实是网页文件，虽然文件名可能是 .xls，其中也没有找到数据表。请用 Excel 打开后另存为 .xlsx 再上传。",
        "This is a web page, even if named .xls, and no table was found in it. Please save it as .xlsx from Excel.",
    ),
    "xml_has_doctype": (
        "XML 内含文档类型声明（DOCTYPE），出于安全考虑不予读取。请去掉该声明，或导出为 CSV、Excel。",
        "The XML declares a document type (DOCTYPE), which is not allowed. Please remove it, or export CSV or Excel.",
    ),
    "xml_is_broken": (
        "XML 在第 {line} 行第 {column} 个字符处有语法错误，或文件不完整。请从原系统重新导出。",
        "The XML breaks its grammar at line {line}, sign {column}, or is incomplete. Please export it again.",
    ),
    "xml_is_too_deep": (
        "XML 嵌套超过 {limit} 层，无法读成表格。请导出为记录平铺的 XML，或改用 CSV。",
        "The XML is nested deeper than {limit} levels. Please export flat records, or a CSV.",
    ),
    "xml_has_no_records": (
        "XML 里没有找到重复的记录。请确认每条记录是一个同名元素，或导出为 CSV、Excel。",
        "No repeated records were found in the XML. Please make each record an element of the same name, or export CSV "
        "or Excel.",
    ),
    "format_not_supported": (
        "不支持 {kind} 格式。请上传 CSV、Excel、.ods、JSON、GeoJSON、XML、Parquet 或 Shapefile（.zip）。",
        "The format {kind} is not supported. Please upload CSV, Excel, .ods, JSON, GeoJSON, XML, Parquet or a zipped "
        "Shapefile.",
    ),
    "file_is_encrypted": (
        "文件已加密（{kind}），无法读取。请导出未加密的文件后上传。",
        "The file is encrypted ({kind}) and cannot be read. Please export it without encryption.",
    ),
    "json_is_broken": (
        "JSON 在第 {line} 行第 {column} 个字符处有语法错误，或文件不完整。请从原系统重新导出，或改正后上传。",
        "The JSON breaks its grammar at line {line}, sign {column}, or is incomplete. Please export or correct it.",
    ),
    "json_is_too_deep": (
        "JSON 嵌套过深，无法读成表格。请导出为“每条记录一个对象”的数组，或改用 CSV。",
        "The JSON is nested too deeply to be a table. Please export an array of one object per record, or a CSV.",
    ),
    "json_has_no_records": (
        "JSON 里没有记录。请确认文件是对象数组、每行一个对象，或含有记录列表。",
        "The JSON holds no records. Please deliver an array of objects, one object a line, or an object with a list.",
    ),
    "shape_has_too_many_rings": (
        "有一个多边形由 {count} 个环组成，其中的洞多得无法逐一对应。请在 GIS 软件里拆成几个图形后重新导出。",
        "One polygon has {count} rings, too many to find the ring around each hole. Please split it into several "
        "shapes and export again.",
    ),
    "record_is_too_large": (
        "有一条记录超过 {limit} 个字符，无法作为表格的一行。请检查文件结构，或改用 CSV。",
        "A record has more than {limit} signs and cannot be one row. Please check the file's structure, or use CSV.",
    ),
    "parquet_is_broken": (
        "Parquet 文件已损坏或不完整。请从原系统重新导出。",
        "The Parquet file is damaged or incomplete. Please export it again.",
    ),
    "parquet_has_binary": (
        "Parquet 文件的列 {columns} 是二进制内容，不能作为表格公开。请去掉这些列，或转为文字后上传。",
        "The columns {columns} of the Parquet file are binary. Please leave them out, or export them as text.",
    ),
    "too_many_rows": (
        "表格有 {count} 行，超过上限 {limit} 行。请拆分成几个文件。",
        "The table has {count} rows; the limit is {limit}. Please split it.",
    ),
    "file_cannot_be_read": (
        "文件无法读取，可能已损坏。请用 Excel 打开并另存为新文件后重新上传。",
        "The file cannot be read and may be damaged. Please open it in Excel, save it as a new file and upload that.",
    ),
    "zip_is_no_workbook": (
        "压缩包里有 {count} 个文件（{names}），无法确定要读哪一个。"
        "请只放一个数据文件（或一套 Shapefile），或解压后逐个上传。",
        "The archive holds {count} files ({names}); which one to read is unclear. Please pack one data file or one "
        "Shapefile, or upload the files one by one.",
    ),
    "shapefile_is_broken": (
        "Shapefile 不完整或已损坏。请把 .shp、.dbf、.shx（及 .prj、.cpg）一起重新导出并打包。",
        "The Shapefile is incomplete or damaged. Please export .shp, .dbf, .shx (and .prj, .cpg) again and pack them.",
    ),
    "zip_is_broken": (
        "文件不完整或已损坏，可能上传中断。请重新上传。",
        "The file is incomplete or damaged, perhaps because an upload broke off. Please upload it again.",
    ),
    "zip_is_suspicious": (
        "文件的内部结构不正常，出于安全考虑不予打开。请用 Excel 重新另存为 .xlsx 后上传。",
        "The file's inner structure is abnormal, so it is not opened. Please save it again as .xlsx from Excel.",
    ),
    "zip_has_too_many_members": (
        "文件内部包含 {count} 个部件，超过上限 {limit}。请用 Excel 另存为新的 .xlsx 后上传。",
        "The file consists of {count} parts; the limit is {limit}. Please save it as a new .xlsx from Excel.",
    ),
    "file_unpacks_too_large": (
        "文件展开后达 {megabytes} MB，超过上限。请改用 CSV 上传，或拆分成几个文件。",
        "The file unpacks to {megabytes} MB, which is over the limit. Please upload a CSV, or split it.",
    ),
    "workbook_is_encrypted": (
        "文件设有密码。请取消密码后重新上传。",
        "The file is protected by a password. Please remove it and upload the file again.",
    ),
    "workbook_is_broken": (
        "工作簿已损坏或不完整，无法打开。请用 Excel 打开并另存为新文件后上传。",
        "The workbook is damaged or incomplete. Please open it in Excel, save it as a new file and upload that.",
    ),
    "workbook_is_empty": (
        "工作簿的可见工作表里没有任何数据。请检查后重新上传。",
        "The visible sheets of the workbook hold no data. Please check it and upload it again.",
    ),
    "workbook_has_doctype": (
        "工作簿内含不允许的 XML 声明（DOCTYPE），出于安全考虑不予打开。请用 Excel 另存为新文件。",
        "The workbook holds an XML declaration (DOCTYPE) that is not allowed. Please save it as a new file from Excel.",
    ),
    "worksheet_not_found": (
        "没有名为“{sheet}”的工作表。请从现有工作表中选择：{sheets}。",
        "There is no sheet “{sheet}”. Please choose one of: {sheets}.",
    ),
    "worksheet_is_too_large": (
        "工作表的范围达到第 {rows} 行、第 {columns} 列，过大（上限 {limit} 个单元格）。"
        "请删除多余的空行空列，或改用 CSV 上传。",
        "The sheet reaches row {rows}, column {columns}, which is too large (limit {limit} cells). "
        "Please delete empty rows and columns, or upload a CSV.",
    ),
    "too_many_merged_cells": (
        "工作表的合并单元格超过 {limit} 处。请取消合并后上传。",
        "The sheet has more than {limit} merged ranges. Please unmerge them first.",
    ),
    "declared_items_not_found": (
        "信息项清单里没有“信息项名称”这一列。请使用目录表的表头：{known}。",
        "The list of data items has no column with their names. Please use the headers of the catalog sheet: {known}.",
    ),
    "too_many_columns": (
        "表格有 {count} 列，超过上限 {limit} 列。请检查分隔符是否正确，或把表格拆开。",
        "The table has {count} columns; the limit is {limit}. Please check the delimiter, or split the table.",
    ),
    "no_table_found": (
        "文件里没有找到表格。请确认第一张工作表（或文件开头）有表头和数据。",
        "No table was found. Please make sure that the first sheet (or the file's beginning) has a header and data.",
    ),
    "header_row_is_bad": (
        "表头行号 {row} 不对：文件共 {rows} 行。请填 1 至 {rows} 之间的行号。",
        "Row {row} cannot be the header. Please give a row from 1 to {rows}.",
    ),
    "delimiter_is_bad": (
        "分隔符只能是一个字符，不能是“{delimiter}”。请改用逗号、分号、制表符等单个字符。",
        "“{delimiter}” is no delimiter. Please give one character, such as a comma, a semicolon or a TAB.",
    ),
    "unknown_encoding": (
        "不认识编码“{encoding}”。请改用 UTF-8、GB18030、Big5 等编码名称。",
        "The encoding “{encoding}” is unknown. Please name another, such as UTF-8, GB18030 or Big5.",
    ),
    "encoding_does_not_fit": (
        "文件不是 {encoding} 编码：第 {line} 行第 {column} 个字符（字节 {bytes}）无法识别。"
        "请换一种编码，或另存为 UTF-8。",
        "The file is not in {encoding}: line {line}, character {column} (bytes {bytes}) does not fit. "
        "Please choose another encoding, or save as UTF-8.",
    ),
    "encodings_are_mixed": (
        "文件混用了两种编码：大部分是 {encoding}，但第 {line} 行是 {other}（可能由两个文件拼接而成）。"
        "请统一另存为 UTF-8 后上传。",
        "The file mixes two encodings: it is {encoding}, but line {line} is {other} (perhaps two files were joined). "
        "Please save all of it as UTF-8.",
    ),
    "encoding_not_supported": (
        "文件是 {encoding} 编码，不能读取。请在 Excel 中另存为“CSV UTF-8”后上传。",
        "The file is in {encoding}, which is not read. Please save it as “CSV UTF-8” from Excel.",
    ),
    "encoding_not_found": (
        "无法判断文件的编码。请在 Excel 中另存为“CSV UTF-8”后上传。",
        "The encoding of the file cannot be told. Please save it as “CSV UTF-8” from Excel.",
    ),
    "text_is_damaged": (
        "文件是 {encoding} 编码，但第 {line} 行第 {column} 个字符（字节 {bytes}）已损坏。"
        "请从原系统重新导出，或改正该行后上传。",
        "The file is in {encoding}, but line {line}, character {column} (bytes {bytes}) is broken. "
        "Please export it again, or correct that line.",
    ),
    "text_contains_nul": (
        "文件含有二进制内容（空字符），不是文本表格。请重新导出为 CSV 或 Excel。",
        "The file holds binary content (NUL), so it is no text table. Please export it again as CSV or Excel.",
    ),
    "cell_is_too_long": (
        "第 {row} 行有一个单元格超过一百万字。请检查分隔符和引号，改正后上传。",
        "A cell in row {row} is longer than a million signs. Please check delimiters and quotation marks.",
    ),
    "quote_never_closes": (
        "第 {row} 行（文件第 {line} 行）有一个引号没有配对，其后的内容无法分列。请补上或删去这个引号后上传。",
        "A quotation mark in row {row} (line {line} of the file) never closes. Please close it or remove it.",
    ),
    "file_takes_too_long": (
        "读取文件超过 {seconds} 秒，已停止。请删除空白区域，或把文件拆小，或改用 CSV。",
        "Reading took more than {seconds} seconds and was stopped. Please remove empty areas, split it, or use CSV.",
    ),
    "file_needs_too_much_memory": (
        "读取文件所需的内存过大，已停止。请把文件拆小，或改用 CSV 上传。",
        "Reading needs too much memory and was stopped. Please split the file, or upload it as CSV.",
    ),
    "file_makes_too_much_data": (
        "文件展开后的数据量过大，已停止。请把文件拆小。",
        "The file unfolds into too much data. Please split it.",
    ),
    # what to look at before confirming
    "encoding_uncertain": (
        "编码不能确定，暂按 {encoding} 读取；也可能是 {alternatives}。请核对预览中的文字。",
        "The encoding is uncertain; it was read as {encoding} but could be {alternatives}. Please check the preview.",
    ),
    "replacement_characters": (
        "文件里有 {count} 个“�”：文字在以前的转换中已经丢失。请从原系统重新导出。",
        "The file holds {count} “�”: text was lost in an earlier conversion. Please export it again from its source.",
    ),
    "tabs_removed": (
        "{count} 个单元格首尾的制表符已去掉（通常是导出时为防止 Excel 改动数字而加的）。",
        "TABs at the ends of {count} cells were removed (exports add them to keep Excel from changing numbers).",
    ),
    "stray_quotes": (
        '{count} 行的引号不合规则（如未成对的 10"），已按各列位置判断。请核对这些行。',
        'Quotation marks break the rules in {count} rows (such as a lone 10"); cells were told by their place. '
        "Please check those rows.",
    ),
    "no_header": (
        "第一行看起来已经是数据，列名由系统编号。如有表头，请指定表头行。",
        "The first row looks like data, so columns were numbered. If there is a header, please say in which row.",
    ),
    "no_rows": ("只有表头，没有数据行。", "There is a header but not one row of data."),
    "header_blank": (
        "{count} 列没有列名，已命名为 {names}。建议在原表补上列名。",
        "{count} columns have no name and were called {names}. Please name them in the original.",
    ),
    "header_duplicate": (
        "{count} 列与前面的列重名，已加序号：{names}。",
        "{count} columns repeat a name and were numbered: {names}.",
    ),
    "header_shortened": (
        "{count} 列的列名过长，已截短：{names}。",
        "{count} column names were too long and were cut: {names}.",
    ),
    "rows_are_long": (
        "{count} 行的单元格多于表头的 {width} 列（如第 {rows} 行），可能多了分隔符。多出的内容放在未命名的列中。",
        "{count} rows have more cells than the header's {width} (such as row {rows}), perhaps by a delimiter too many. "
        "What is beyond stands in unnamed columns.",
    ),
    "rows_are_short": (
        "{count} 行的单元格少于表头的 {width} 列（如第 {rows} 行），缺少的按空白处理。",
        "{count} rows have fewer cells than the header's {width} (such as row {rows}); the missing ones are blank.",
    ),
    "group_rows_left_out": (
        "{count} 行是横跨整表的分组标题（如第 {rows} 行），不是数据，没有读入。",
        "{count} rows are headings of groups across the table (such as row {rows}), not records, and were left out.",
    ),
    "repeated_headers_left_out": (
        "表头在数据中间又出现了 {count} 行（如第 {rows} 行），多半是分页打印造成的，没有读入。",
        "The header comes again in {count} rows (such as row {rows}), as on printed pages; they were left out.",
    ),
    "rows_hold_one_cell": (
        "{count} 行只有一个单元格有内容（如第 {rows} 行），像是分组标题，仍按数据读入。请核对。",
        "{count} rows hold one cell only (such as row {rows}), like headings of groups. They were kept; please check.",
    ),
    "rows_may_be_headers": (
        "空行之后有 {count} 行可能是另一张表的表头（如第 {rows} 行），仍按数据读入。若是，请单独存成文件。",
        "{count} rows behind a blank row (such as row {rows}) may be the header of another table; they were kept as "
        "data. Please deliver another table by itself.",
    ),
    "other_tables_left_out": (
        "文件里还有 {count} 张表（从第 {rows} 行开始），没有读入。请把每张表单独存成文件或工作表。",
        "There are {count} more tables (from row {rows} on), which were not read. Please deliver each table by itself.",
    ),
    "table_beside_left_out": (
        "有几张表左右并排，只读取了 {first} 至 {last} 列。请把并排的表上下接成一张，或单独存成文件。",
        "Several tables stand side by side; only columns {first} to {last} were read. Please put them one below the "
        "other, or deliver each by itself.",
    ),
    "total_row_in_data": (
        "{count} 行像是合计行（如第 {rows} 行），仍按数据读入。开放前建议删除。",
        "{count} rows look like totals (such as row {rows}) and were kept as data. Consider removing them.",
    ),
    "merged_cells_filled": (
        "{count} 处纵向合并的单元格已拆开，每行都填上了同样的值。",
        "{count} cells merged over several rows were split, each row with the same value.",
    ),
    "other_sheets": (
        "只读取了工作表“{sheet}”；另有：{others}。需要时请另行选择。",
        "Only the sheet “{sheet}” was read; there are also: {others}. Choose another if needed.",
    ),
    "other_lists": (
        "只读取了列表“{sheet}”；另有：{others}。需要时请另行选择。",
        "Only the list “{sheet}” was read; there are also: {others}. Choose another if needed.",
    ),
    "names_repeated": (
        "{count} 处同一对象里有重名的字段，取最后一个值。请核对。",
        "{count} fields repeat a name within one object; the last value counts. Please check.",
    ),
    "not_numbers": (
        "{count} 处 NaN 或 Infinity 不是合法的 JSON：NaN 按空白处理，Infinity 保留为文字。",
        "{count} NaN or Infinity are not valid JSON: NaN was read as blank, Infinity is kept as text.",
    ),
    "coordinates_in": (
        "坐标系：{system}。请在数据说明中写明，以便使用者正确定位。",
        "Coordinates are in {system}. Please say so in the description, so that places are found rightly.",
    ),
    "zip_members_ignored": (
        "压缩包里只读取了“{name}”；其余文件没有读取：{others}。",
        "Only “{name}” was read from the archive; not read: {others}.",
    ),
    "hidden_sheets": (
        "工作簿有隐藏的工作表：{sheets}。原始文件会一并公开；不应公开的，请选择不公开原始文件。",
        "The workbook has hidden sheets: {sheets}. The original is published too, unless you choose to withhold it.",
    ),
    "hidden_rows_or_columns": (
        "工作表有隐藏的行（{rows}）或列（{columns}），已一并读入。请确认可以公开。",
        "The sheet has hidden rows ({rows}) or columns ({columns}), which were read too. Make sure they may be seen.",
    ),
    # personal data
    "personal_data_id_card": (
        "{column}：{count} 个身份证号，如 {samples}",
        "{column}: {count} ID card numbers, such as {samples}",
    ),
    "personal_data_id_card_15": (
        "{column}：{count} 个 15 位身份证号，如 {samples}",
        "{column}: {count} 15-digit ID card numbers, such as {samples}",
    ),
    "personal_data_mobile": (
        "{column}：{count} 个手机号，如 {samples}",
        "{column}: {count} mobile numbers, such as {samples}",
    ),
    "personal_data_bank_card": (
        "{column}：{count} 个银行卡号，如 {samples}",
        "{column}: {count} bank card numbers, such as {samples}",
    ),
    "personal_data_passport": (
        "{column}：{count} 个护照或通行证号，如 {samples}",
        "{column}: {count} passport numbers, such as {samples}",
    ),
    "personal_data_landline": ("{column}：{count} 个固定电话", "{column}: {count} landline numbers"),
    "personal_data_email": ("{column}：{count} 个电子邮箱", "{column}: {count} e-mail addresses"),
    "personal_data_name": ("{column}：{count} 个姓名", "{column}: {count} personal names"),
    "personal_data_address": ("{column}：{count} 个住址", "{column}: {count} home addresses"),
    "personal_data_licence_plate": ("{column}：{count} 个车牌号", "{column}: {count} licence plates"),
    "personal_data_military_id": ("{column}：{count} 个军警证件号", "{column}: {count} military or police ID numbers"),
    "masking_carried_over": (
        "这些列沿用上一版的个人信息处理方式：{columns}。请核对。",
        "These columns are treated as in the version before: {columns}. Please check.",
    ),
    "masked_column_not_found": (
        "文件里没有要脱敏的列“{column}”，可选的列有：{columns}。请重新选择。",
        "There is no column “{column}” to mask; there are: {columns}. Please choose again.",
    ),
    "masking_method_unknown": (
        "“{column}”的脱敏方式“{method}”不存在，可选：{known}。",
        "There is no masking method “{method}” for “{column}”; choose one of: {known}.",
    ),
    "all_columns_removed": (
        "所有列都选了删除，没有可以公开的内容。请至少保留一列。",
        "All columns were to be removed, which leaves nothing to publish. Please keep at least one.",
    ),
    # the way of a delivered file
    "intake_not_found": ("没有找到这次上传。请重新上传。", "This upload was not found. Please upload again."),
    "intake_is_closed": (
        "这次上传已经确认或放弃，不能再改。请重新上传。",
        "This upload was already confirmed or discarded. Please upload again.",
    ),
    "intake_is_not_read": (
        "文件还没有读完，或没有通过检查，不能确认。请等读取完成；没有通过的，请改正后重新上传。",
        "The file has not been read yet, or was refused, so it cannot be confirmed. Please wait for the reading, or "
        "correct the file and upload it again.",
    ),
    "data_unchanged": (
        "内容与已发布的第 {number} 版完全相同。若本期数据没有变化，请用“确认无变化”。",
        "The content equals published version {number}. If nothing changed this period, use “confirmed unchanged”.",
    ),
}
