"""Sentences of the workspaces' own forms."""

MESSAGES: dict[str, tuple[str, str]] = {
    "file_not_chosen": ("请先选择要上传的文件。", "Choose a file to upload first."),
}
