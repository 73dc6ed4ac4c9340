"""Sentences of the search index, for operators."""

MESSAGES: dict[str, tuple[str, str]] = {
    "search_index_missing": (
        "检索索引不存在或版本已旧，后台会自动重建；也可运行 kaifang search rebuild。",
        "The search index is missing or of an older layout. The worker rebuilds it by itself; or run "
        "kaifang search rebuild.",
    ),
    "search_index_damaged": (
        "检索索引已损坏（{doing}：{cause}），后台会自动重建；也可运行 kaifang search rebuild。",
        "The search index is damaged ({doing}: {cause}). The worker rebuilds it by itself; or run "
        "kaifang search rebuild.",
    ),
    "search_index_busy": (
        "另一个进程正在更新检索索引，请稍后再试。",
        "Another process is writing the search index. Try again in a moment.",
    ),
}
