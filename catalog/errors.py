"""The domain's failures: the classes of `datasets.errors`, under the name by which the catalog knows them."""

from datasets.errors import (
    Busy,
    Conflict,
    DomainError,
    Gone,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    TooLarge,
)

__all__ = [
    "Busy",
    "Conflict",
    "DomainError",
    "Gone",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "Problem",
    "TooLarge",
]
