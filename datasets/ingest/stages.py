"""How far a reading can be: its stages in the order in which a file meets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage in words, and the part of the whole work that it usually is: from `start` to `end`, 0 to 1."""

    zh: str
    en: str
    start: float
    end: float

    def whole_share(self, share: float) -> float:
        """How much of all the work is done when `share` (0 to 1) of this stage is."""
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)


STAGES: dict[str, Stage] = {
    "checking": Stage("正在检查文件", "checking the file", 0.0, 0.03),
    "decoding": Stage("正在识别编码和分隔", "telling encoding and delimiter", 0.03, 0.1),
    "reading": Stage("正在载入各行", "loading the rows", 0.1, 0.45),
    "typing": Stage("正在判断每列的类型", "telling the type of each column", 0.45, 0.65),
    "searching": Stage("正在检查个人信息", "searching for personal data", 0.65, 0.75),
    "masking": Stage("正在脱敏并核对信息项", "masking, comparing with the data items", 0.75, 0.8),
    "storing": Stage("正在存储并统计各列", "storing and counting the columns", 0.8, 0.9),
    "digesting": Stage("正在生成下载文件的校验值", "computing the checksums of downloads", 0.9, 1.0),
}
"""Value of "stage" in the progress that a child tells → what it is."""
