"""What feeds say about the portal itself, and the permanent addresses they write. One base address, never a header."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The publishing portal as feeds name it; `base_url` has no slash at its end."""

    base_url: str
    title: str
    title_en: str
    publisher: str
    publisher_en: str
    email: str = ""
    phone: str = ""
    region_code: str = ""

    @property
    def digest(self) -> str:
        """Changes with any of these facts, so that feeds written with others are not served again."""
        return hashlib.sha256("\x1f".join(map(str, astuple(self))).encode()).hexdigest()[:8]

    @property
    def home(self) -> str:
        """The home page."""
        return f"{self.base_url}/"

    @property
    def catalog(self) -> str:
        """URI of the catalog as a whole."""
        return f"{self.base_url}/catalog"

    @property
    def publisher_uri(self) -> str:
        """URI of the body that runs the portal."""
        return f"{self.base_url}/about#publisher"

    def dataset(self, name: str) -> str:
        """URI and page of an entry."""
        return f"{self.base_url}/dataset/{name}"

    def department(self, slug: str) -> str:
        """URI and page of a department."""
        return f"{self.base_url}/department/{slug}"

    def domain(self, code: str) -> str:
        """URI and page of a domain."""
        return f"{self.base_url}/domain/{code}"

    def resource(self, name: str, resource_id: str) -> str:
        """Root of the addresses of a resource."""
        return f"{self.dataset(name)}/resource/{resource_id}"

    def data_file(self, name: str, resource_id: str, suffix: str) -> str:
        """Download of the published version of a file resource in a format."""
        return f"{self.resource(name, resource_id)}/data.{suffix}"

    def version_file(self, name: str, resource_id: str, number: int, suffix: str) -> str:
        """Download of one version, which never changes."""
        return f"{self.resource(name, resource_id)}/version/{number}/data.{suffix}"

    def license(self, code: str) -> str:
        """URI of a licence: the original's where it has one, else our page about it."""
        return LICENSE_URIS.get(code, f"{self.base_url}/licence")


LICENSE_URIS = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "odc-by-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}
