"""Sentences about the half-year report."""

MESSAGES: dict[str, tuple[str, str]] = {
    "no_such_report_period": (
        "没有“{period}”这个报告期。请写成 2026H1（上半年）或 2026H2（下半年），且不晚于今天。",
        "There is no report period “{period}”. Write 2026H1 or 2026H2, not later than today.",
    ),
    "no_such_figure": (
        "报告里没有“{figure}”这项指标，请从报告页面选择。",
        "The report has no figure “{figure}”. Choose one on the page of the report.",
    ),
    "no_such_report_format": (
        "报告不能导出为“{extension}”，可用的格式：{known}。",
        "The report cannot be had as “{extension}”; known formats: {known}.",
    ),
    "report_extra_missing": (
        "本机没有安装 PDF 排版组件。请管理员运行 pip install 'kaifang[report]'，或先下载 Word 版。",
        "The typesetter for PDF is not installed. Ask the operator to run pip install 'kaifang[report]', or take Word.",
    ),
    "report_template_broken": (
        "模板 {file} 无法使用（{reason}）。请改正模板中的标记，或移走它以恢复内置模板。",
        "The template {file} cannot be used ({reason}). Mend its marks, or move it away to use the built-in one.",
    ),
}
