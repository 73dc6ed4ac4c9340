"""Sentences of feeds and of the interface for programs."""

MESSAGES: dict[str, tuple[str, str]] = {
    "feed_page_not_found": (
        "目录共有 {last} 页，没有第 {page} 页。请从第 1 页开始，按文档中的 next 链接逐页读取。",
        "The catalog has {last} pages; there is no page {page}. Start at page 1 and follow the `next` links.",
    ),
    "feed_not_available": (
        "目录暂时无法完整读取，因此没有返回任何内容，请勿据此删除已采集的数据；稍后重试。",
        "The catalog cannot be read completely right now, so nothing is returned. Delete nothing because of this; "
        "try again later.",
    ),
    "feed_not_written": (
        "服务器暂时无法生成目录文件（{cause}），请稍后重试；如仍不行，请告知管理员检查磁盘空间。",
        "The server cannot write the catalog file right now ({cause}). Try again later, or ask the operator to check "
        "the disk.",
    ),
    "change_number_unknown": (
        "变更序号 {after} 从未发出过（当前最大为 {last}）。请先读取完整目录，再从其返回的序号继续。",
        "Change number {after} was never given out (the last is {last}). Pull the whole catalog, then go on from the "
        "number it gives.",
    ),
    "parameters_not_valid": (
        "有 {count} 个参数不正确，详见 problems。",
        "{count} parameters are not valid; see `problems`.",
    ),
    "parameter_not_valid": (
        "参数 {parameter} 的值“{value}”不正确，应为{expected_zh}。",
        "The value “{value}” of the parameter {parameter} is not valid: it must be {expected_en}.",
    ),
    "parameter_unknown": (
        "没有名为 {parameter} 的参数；可用的参数：{known}。",
        "There is no parameter {parameter}. Known ones: {known}.",
    ),
    "after_not_valid": (
        "继续读取的位置 {after} 已失效。请去掉 after 参数，从第一页重新读取。",
        "The position {after} is no longer valid. Leave out `after` and start again from the first page.",
    ),
    "resource_not_queryable": (
        "该目录下没有这个资源，或它没有可查询的数据。请从目录详情页重新选择。",
        "This entry has no such resource, or it has no rows to query. Choose again from the entry's page.",
    ),
}
