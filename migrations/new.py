"""Write the next numbered migration: `make migration NAME="add a column"` compares the models with a migrated database."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command

import catalog.models  # noqa: F401  registers the tables
import datasets.models  # noqa: F401  registers the tables
from datasets.db import Base
from datasets.engine import make_engine
from portal.migrating import alembic_config, upgrade

VERSIONS = Path(__file__).parent / "versions"


def main(name: str) -> None:
    """Write `versions/NNNN_name.py`."""
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}"
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/compare.db")
        upgrade(engine)
        config = alembic_config()
        config.set_main_option("file_template", f"{number}_{slug}")
        with engine.connect() as connection:
            config.attributes.update(connection=connection, metadata=Base.metadata)
            command.revision(config, message=name, rev_id=number, autogenerate=True)
    print(VERSIONS / f"{number}_{slug}.py")


if __name__ == "__main__":
    main(sys.argv[1])
