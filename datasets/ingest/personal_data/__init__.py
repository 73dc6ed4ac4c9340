"""Personal data in every row of every sheet: what stops publication, and what the reviewer must look at.

ID card, mobile, bank card and passport numbers block; landlines, e-mail, names and home addresses warn, because public
facilities and legal representatives lawfully carry them (个人信息保护法 art. 4, GB/T 35273).
"""

from datasets.ingest.personal_data.kinds import KINDS, Kind
from datasets.ingest.personal_data.searching import find_in_texts, find_personal_data, mask

__all__ = ["KINDS", "Kind", "find_in_texts", "find_personal_data", "mask"]
