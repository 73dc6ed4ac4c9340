"""Personal data in every row of every sheet: what stops publication, and what the reviewer must look at.

ID card, mobile, bank card and passport numbers block; landlines, e-mail, licence plates, names and home addresses warn,
because public facilities and legal representatives lawfully carry them (个人信息保护法 art. 4, GB/T 35273).
"""

from datasets.ingest.personal_data.kinds import KINDS, Kind
from datasets.ingest.personal_data.searching import find_in_texts, find_personal_data, mask
from datasets.ingest.personal_data.whole_file import FileFindings, find_in_columns, search_file

__all__ = [
    "KINDS",
    "FileFindings",
    "Kind",
    "find_in_columns",
    "find_in_texts",
    "find_personal_data",
    "mask",
    "search_file",
]
