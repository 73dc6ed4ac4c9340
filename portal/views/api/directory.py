"""Departments and vocabularies."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from catalog.public import Criteria, count_facets
from catalog.vocabularies import VOCABULARIES
from portal.access import PUBLIC, access
from portal.caching import cached_page
from portal.context import reading, today
from portal.pulling import feed_site
from portal.schemas.directory import DepartmentListSchema, VocabularyListSchema
from portal.views.api.describing import V1

v1 = V1("directory", __name__, url_prefix="/api/v1", description="部门与词表 · Departments and vocabularies")


@v1.route("/departments")
class Departments(MethodView):
    """提供部门."""

    @access(PUBLIC)
    @cached_page
    @v1.response(200, DepartmentListSchema)
    @v1.doc(operationId="listDepartments", summary="提供部门 · Departments")
    def get(self) -> dict[str, Any]:
        """Departments that publish data, those with most entries first."""
        site = feed_site()
        with reading() as session:
            facets = count_facets(session, Criteria(), today=today())
        values = next(facet.values for facet in facets if facet.key == "department")
        return {
            "departments": [
                {
                    "slug": value.value,
                    "name": value.zh,
                    "name_en": value.en if value.en != value.zh else None,
                    "url": site.department(value.value),
                    "entry_count": value.count,
                }
                for value in values
            ]
        }


@v1.route("/vocabularies")
class Vocabularies(MethodView):
    """词表."""

    @access(PUBLIC)
    @cached_page
    @v1.response(200, VocabularyListSchema)
    @v1.doc(operationId="listVocabularies", summary="词表 · Vocabularies")
    def get(self) -> dict[str, Any]:
        """Every code that entries use, with its Chinese and English label."""
        return {"vocabularies": list(VOCABULARIES.values())}
