"""Masking of personal data before rows are stored: four methods, a preview, and their use on a whole column.

GB/T 37964-2019 names the techniques: suppression of signs (掩码), pseudonyms (替换), generalisation (泛化), suppression
of the attribute (删除). What is stored cannot be turned back without the delivered file.
"""

from datasets.ingest.masking.applying import WITHHELD, mask_delivery
from datasets.ingest.masking.methods import METHODS, list_methods, preview_masking

__all__ = ["METHODS", "WITHHELD", "list_methods", "mask_delivery", "preview_masking"]
