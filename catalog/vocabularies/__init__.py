"""The controlled vocabularies of the catalog: one table each, with Chinese and English labels and known aliases."""

from catalog.vocabularies.candidates import CANDIDATE_SOURCE, CANDIDATE_STATE
from catalog.vocabularies.formats import FORMAT_CATEGORY, FORMAT_TYPE
from catalog.vocabularies.items import ITEM_TYPE, RESOURCE_KIND
from catalog.vocabularies.obligations import (
    ACT_STATE,
    OBLIGATION_ACT,
    OBLIGATION_KIND,
    OBLIGATION_STATE,
    SETTLED_BY,
)
from catalog.vocabularies.plans import DECLARATION_STATE, NODE_RULE, PLAN_ITEM_STATE, PLAN_STATE
from catalog.vocabularies.sharing import (
    CLOSED_BASIS,
    DATA_LEVEL,
    LICENSE,
    MASKING,
    OPEN_TYPE,
    SENSITIVITY,
    SHARE_METHOD,
    SHARE_METHODS_OF_CATEGORY,
    SHARE_TYPE,
    SOURCE_KIND,
)
from catalog.vocabularies.states import ENTRY_STATE, REVISION_STATE, VERSION_STATE
from catalog.vocabularies.subjects import AMBIGUOUS_DOMAINS, DOMAIN, INDUSTRY, TOPIC
from catalog.vocabularies.terms import Term, Vocabulary, simplify
from catalog.vocabularies.upkeep import TIMELINESS, UPDATE_CYCLE

VOCABULARIES: dict[str, Vocabulary] = {
    vocabulary.name: vocabulary
    for vocabulary in (
        DOMAIN,
        TOPIC,
        INDUSTRY,
        OPEN_TYPE,
        CLOSED_BASIS,
        SHARE_TYPE,
        SHARE_METHOD,
        UPDATE_CYCLE,
        SOURCE_KIND,
        FORMAT_CATEGORY,
        FORMAT_TYPE,
        ITEM_TYPE,
        SENSITIVITY,
        MASKING,
        DATA_LEVEL,
        RESOURCE_KIND,
        ENTRY_STATE,
        REVISION_STATE,
        VERSION_STATE,
        TIMELINESS,
        PLAN_STATE,
        NODE_RULE,
        PLAN_ITEM_STATE,
        DECLARATION_STATE,
        OBLIGATION_STATE,
        SETTLED_BY,
        OBLIGATION_KIND,
        OBLIGATION_ACT,
        ACT_STATE,
        LICENSE,
        CANDIDATE_STATE,
        CANDIDATE_SOURCE,
    )
}

__all__ = [
    "AMBIGUOUS_DOMAINS",
    "SHARE_METHODS_OF_CATEGORY",
    "VOCABULARIES",
    "Term",
    "Vocabulary",
    "label",
    "simplify",
]


def label(vocabulary: str, code: str | None, language: str = "zh") -> str:
    """The label of `code` in the vocabulary of this name: for places that know only the name."""
    return VOCABULARIES[vocabulary].label(code, language)
