"""Sentences of the public pages."""

MESSAGES: dict[str, tuple[str, str]] = {
    "resource_not_found": (
        "这个数据集里没有该文件，它可能已被更换。请回到数据集页面查看现有文件。",
        "This dataset has no such file; it may have been replaced. See the dataset's page for its files.",
    ),
    "domain_not_found": (
        "没有“{name}”这个领域。请从领域列表中选择。",
        "There is no domain “{name}”. Choose one from the list of domains.",
    ),
    "format_not_offered": (
        "不提供“{format}”格式。可用格式：{known}。",
        "The format “{format}” is not offered. Known formats: {known}.",
    ),
}
