"""Sentences of storage, row questions, downloads and versions."""

MESSAGES: dict[str, tuple[str, str]] = {
    "disk_full": (
        "服务器存储空间不足，内容没有保存。请稍后重试，或联系系统管理员清理空间。",
        "The server has no space left; nothing was stored. Try again later or tell the administrator.",
    ),
    "file_too_large": (
        "文件有 {size} 字节，超过上限 {limit} 字节。请拆分文件，或联系系统管理员提高上限。",
        "The file has {size} bytes; the limit is {limit}. Split it, or ask the administrator to raise the limit.",
    ),
    "digest_differs": (
        "收到的文件与声明的 SHA-256 不符（声明 {expected}，收到 {received}），没有保存。请重新上传。",
        "The file is not the announced one (SHA-256 {expected}, received {received}); not stored. Upload it again.",
    ),
    "upload_cut_short": (
        "上传中断：应有 {expected} 字节，只收到 {received} 字节，没有保存。请重新上传。",
        "The upload was cut short: {received} of {expected} bytes; not stored. Upload it again.",
    ),
    "upload_size_is_bad": ("这个文件是空的，请另选一个。", "This file is empty. Choose another one."),
    "too_many_uploads": (
        "已有 {limit} 个文件正在上传，请先完成或放弃其中一个。",
        "{limit} files are on their way already. Finish or give up one of them first.",
    ),
    "upload_not_found": (
        "这次上传已失效（超过两天未继续，或不是您发起的），请重新选择文件上传。",
        "This upload is no longer there (not continued for two days, or begun by somebody else). "
        "Choose the file again.",
    ),
    "upload_offset_differs": (
        "已收到 {offset} 字节，请从这里接着传。",
        "{offset} bytes have arrived; continue from there.",
    ),
    "upload_in_progress": (
        "同一个文件正由另一个页面上传，请稍候再试。",
        "Another page is sending the same file. Try again in a moment.",
    ),
    "upload_longer_than_announced": (
        "收到的内容比声明的文件大，文件可能在上传时被改动过，请重新选择。",
        "More arrived than was announced: the file may have changed meanwhile. Choose it again.",
    ),
    "upload_is_not_whole": (
        "文件还没有传完（已收到 {offset} / {size} 字节），请继续上传。",
        "The file is not whole yet ({offset} of {size} bytes). Continue the upload.",
    ),
    "upload_is_used": (
        "这个文件已经上传完成，不能再放弃。",
        "This file has been uploaded already and cannot be given up.",
    ),
    "upload_protocol_differs": (
        "上传协议的版本须为 tus {version}。",
        "Uploads in pieces need tus {version} (header Tus-Resumable).",
    ),
    "upload_header_is_bad": ("请求头 {header} 缺失或格式不对。", "The header {header} is missing or malformed."),
    "piece_type_is_bad": ("文件片段的类型须为 {expected}。", "A piece of a file must be sent as {expected}."),
    "blob_not_found": (
        "原始文件暂时无法提供，请稍后再试，或联系数据管理部门。",
        "The original file is not available at the moment. Try again later or contact the data office.",
    ),
    "original_is_withheld": (
        "第 {number} 版的原始文件含有不宜公开的内容，不提供下载。请下载数据文件（CSV、XLSX 等）。",
        "The original of version {number} holds what may not be public and is not offered. Please download the data "
        "files (CSV, XLSX and others).",
    ),
    "row_store_not_found": (
        "这份数据暂时无法查询，请稍后再试，或联系数据管理部门。",
        "The rows of this data are not available at the moment. Try again later or contact the data office.",
    ),
    "row_store_is_broken": (
        "这份数据的查询库正在自动重建，请过一两分钟再试。",
        "The rows of this data are being rebuilt. Try again in a minute or two.",
    ),
    "version_is_withheld": (
        "第 {number} 版含有后来不再开放的数据项，已停止提供。请使用第 {newest} 版。",
        "Version {number} holds columns that were closed later and is no longer offered. Use version {newest}.",
    ),
    "version_expired": (
        "第 {number} 版已按保留期限清理，只留下记录。最新的是第 {newest} 版。",
        "Version {number} has been removed after its retention; only its record stays. The newest is {newest}.",
    ),
    "no_former_version": (
        "第 {number} 版之前没有可对照的版本。",
        "There is no version before version {number} to compare it with.",
    ),
    "key_does_not_fit": (
        "用来对照各行的列在两个版本中不都存在，请另选一列。",
        "A column chosen to tell rows apart is not in both versions. Choose another one.",
    ),
    "key_is_not_unique": (
        "“{columns}”在两个版本中有空值或重复值，不能用来对照各行，请另选一列。",
        "“{columns}” is blank or repeated in one of the versions, so it cannot tell rows apart. Choose another one.",
    ),
    "version_not_found": (
        "没有这一版数据。请回到数据集页面查看现有版本。",
        "There is no such version of this data. See the dataset's page for its versions.",
    ),
    "unknown_format": (
        "不提供“{format}”格式。可用格式：{known}。",
        "The format “{format}” is not offered. Known formats: {known}.",
    ),
    "csv_encoding_not_offered": (
        "不提供“{encoding}”编码。CSV 可选的编码：{known}。",
        "The encoding “{encoding}” is not offered. Encodings of CSV: {known}.",
    ),
    "encoding_not_for_format": (
        "{format} 格式不能选编码，请去掉 _encoding，或改用 {known}。",
        "The encoding of a {format} file cannot be chosen. Leave out _encoding, or take {known}.",
    ),
    "format_needs_places": (
        "所选数据没有经度、纬度列，也没有几何列，不能生成 {format} 文件。可用格式：{known}。",
        "These rows have neither columns of longitude and latitude nor geometries, so there is no {format} file. "
        "Known formats: {known}.",
    ),
    "exports_are_busy": (
        "排队等待生成的文件较多，请过几分钟再来下载，或改用 CSV。",
        "Many files are waiting to be made. Come back in a few minutes, or take CSV.",
    ),
    "too_many_rows_for_format": (
        "{format} 格式最多容纳 {limit} 行，所选数据有 {count} 行。请加筛选条件，或改用 CSV。",
        "A {format} file holds {limit} rows at most, and {count} were asked for. Add conditions or take CSV.",
    ),
    "export_in_progress": (
        "这个文件正在生成，请过一两分钟再来下载。",
        "This file is being made. Come back in a minute or two.",
    ),
    "export_failed": (
        "文件没有生成成功，请稍后重试；若仍不行，请联系系统管理员。",
        "The file could not be made. Try again later; if it still fails, tell the administrator.",
    ),
    "export_differs": (
        "这份数据的校验值与入库时不一致，为稳妥起见暂不提供下载，请联系数据管理部门。",
        "This data's checksum differs from the one recorded, so it is withheld. Contact the data office.",
    ),
    "questions_are_busy": (
        "现在查询的人较多，请过几秒重试。",
        "Many people are asking right now. Try again in a few seconds.",
    ),
    "question_takes_too_long": (
        "这个查询超过了 {seconds} 秒的时限。请缩小范围、减少条件或排序，或下载文件后自行处理。",
        "This question takes longer than {seconds} seconds. Narrow it, use fewer conditions or sorts, or download the "
        "file.",
    ),
    "question_needs_too_much_memory": (
        "这个查询需要的内存超过限制。请减少条件或排序，或下载文件后自行处理。",
        "This question needs too much memory. Use fewer conditions or sorts, or download the file.",
    ),
    "question_cannot_be_answered": (
        "这个查询无法完成，请检查筛选条件；若条件无误，请联系系统管理员。",
        "This question cannot be answered. Check the conditions; if they are right, tell the administrator.",
    ),
    "row_parameters_invalid": (
        "筛选条件有误，请按下面的提示修改。",
        "Some row parameters cannot be understood. Correct them as told below.",
    ),
    "unknown_column": (
        "没有“{column}”这一列。可用的列：{known}。",
        "There is no column “{column}”. Known columns: {known}.",
    ),
    "unknown_parameter": (
        "没有“{column}”这个参数。可用的参数：{known}。",
        "There is no parameter “{column}”. Known parameters: {known}.",
    ),
    "unknown_operator": (
        "“{column}”列没有“{operator}”这种比较。可用的比较：{known}。",
        "Column “{column}” has no comparison “{operator}”. Known ones: {known}.",
    ),
    "operator_not_for_type": (
        "“{column}”列的类型是 {type}，不能用“{operator}”比较。可用的比较：{known}。",
        "Column “{column}” is of type {type} and cannot be compared by “{operator}”. Known ones: {known}.",
    ),
    "value_not_integer": (
        "“{column}”列要填整数，例如 120，而不是“{value}”。",
        "Column “{column}” needs a whole number such as 120, not “{value}”.",
    ),
    "value_not_decimal": (
        "“{column}”列要填数字，例如 12.5，而不是“{value}”。",
        "Column “{column}” needs a number such as 12.5, not “{value}”.",
    ),
    "value_not_boolean": (
        "“{column}”列要填 true 或 false，而不是“{value}”。",
        "Column “{column}” needs true or false, not “{value}”.",
    ),
    "value_not_date": (
        "“{column}”列要填日期，例如 2024-03-01，而不是“{value}”。",
        "Column “{column}” needs a date such as 2024-03-01, not “{value}”.",
    ),
    "value_not_datetime": (
        "“{column}”列要填日期时间，例如 2024-03-01 08:30:00，而不是“{value}”。",
        "Column “{column}” needs a moment such as 2024-03-01 08:30:00, not “{value}”.",
    ),
    "value_not_year": (
        "“{column}”列要填四位年份，例如 2024，而不是“{value}”。",
        "Column “{column}” needs a year such as 2024, not “{value}”.",
    ),
    "value_not_range": (
        "“{column}”列的“介于”要填两端的值，例如 10..20 或 10,20，而不是“{value}”。",
        "“Between” on column “{column}” needs both ends, such as 10..20 or 10,20, not “{value}”.",
    ),
    "range_reversed": (
        "“{column}”列的范围“{value}”首尾颠倒，请把小的值写在前面。",
        "The range “{value}” for column “{column}” is the wrong way round. Put the lesser value first.",
    ),
    "value_not_list": (
        "“{column}”列要填用逗号分隔的值，或 JSON 数组，例如 甲,乙。",
        "Column “{column}” needs values separated by commas or a JSON array, such as a,b.",
    ),
    "value_not_needed": (
        "“{column}”列的“{operator}”不需要值，请写 {operator}=1。",
        "“{operator}” on column “{column}” takes no value; write {operator}=1.",
    ),
    "value_not_text": (
        "参数里有无法识别的字符，请检查编码是否为 UTF-8。",
        "A parameter holds signs that are not valid text. Check that it is UTF-8.",
    ),
    "value_too_long": (
        "“{column}”列的值过长，最多 {limit} 个字符。",
        "The value for column “{column}” is too long; {limit} signs at most.",
    ),
    "value_count_out_of_range": (
        "“{column}”列给了 {count} 个值，应为 1 至 {limit} 个。",
        "Column “{column}” was given {count} values; it takes 1 to {limit}.",
    ),
    "too_many_conditions": (
        "筛选条件有 {count} 个，最多 {limit} 个。请减少条件。",
        "There are {count} conditions; {limit} at most. Use fewer.",
    ),
    "or_needs_conditions": (
        "_or 里要写编码后的列条件，例如 _or=district%3DA%26level__ge%3D3，不能包含下划线开头的参数。",
        "_or takes encoded conditions on columns, such as _or=district%3DA%26level__ge%3D3, "
        "and no parameter that starts with an underscore.",
    ),
    "unknown_bucket": (
        "“{column}”列没有“{bucket}”这种时间分组。可用的分组：{known}。",
        "Column “{column}” has no bucket “{bucket}”. Known ones: {known}.",
    ),
    "bucket_not_for_type": (
        "“{column}”列的类型是 {type}，不能按“{bucket}”分组。可用的时间分组：{known}；不分时段时只写列名。",
        "Column “{column}” is of type {type} and has no bucket “{bucket}”. Known ones: {known}; without one, name the "
        "column alone.",
    ),
    "unknown_measure": (
        "没有“{measure}”这种统计。可用的统计：{known}。",
        "There is no measure “{measure}”. Known ones: {known}.",
    ),
    "measure_needs_column": (
        "统计“{measure}”要指明列，例如 {measure}:amount。",
        "The measure “{measure}” needs a column, such as {measure}:amount.",
    ),
    "measure_not_for_type": (
        "“{column}”列的类型是 {type}，不能统计“{measure}”。可用的统计：{known}。",
        "Column “{column}” is of type {type} and has no “{measure}”. Known measures: {known}.",
    ),
    "too_many_group_keys": (
        "分组列有 {count} 个，最多 {limit} 个。请减少分组列。",
        "There are {count} columns to group by; {limit} at most. Use fewer.",
    ),
    "too_many_measures": (
        "统计项有 {count} 个，最多 {limit} 个。请减少统计项。",
        "There are {count} measures; {limit} at most. Use fewer.",
    ),
    "not_with_groups": (
        "分组统计时不能使用 {parameter}，请去掉它；分组结果用 _limit 和 _offset 翻页。",
        "{parameter} cannot be used with groups. Leave it out; groups are paged by _limit and _offset.",
    ),
    "too_many_sorts": (
        "排序列最多 {limit} 个。请减少排序列。",
        "At most {limit} columns can be sorted by. Use fewer.",
    ),
    "too_many_words": (
        "搜索词最多 {limit} 个、共 {length} 个字符。请减少搜索词。",
        "At most {limit} words of {length} signs together can be searched for. Use fewer.",
    ),
    "number_out_of_range": (
        "应填 {least} 到 {most} 之间的整数，而不是“{value}”。",
        "This needs a whole number from {least} to {most}, not “{value}”.",
    ),
    "after_with_offset": (
        "_after 与 _offset 不能同时使用，请去掉其中一个。",
        "_after and _offset exclude each other. Leave one out.",
    ),
}
