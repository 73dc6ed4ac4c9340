"""Bring a database to the schema of this release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def migrations_folder() -> Path:
    """Where the numbered versions are: inside the package when installed, beside it in a checkout."""
    installed = Path(__file__).parent / "_migrations"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "migrations"


def alembic_config() -> Config:
    """An Alembic configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run all missing migrations, each in its own transaction; running it again changes nothing."""
    config = alembic_config()
    with _changing_tables(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision` ("base" for an empty database)."""
    config = alembic_config()
    with _changing_tables(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@contextmanager
def _changing_tables(engine: Engine) -> Iterator[Connection]:
    """A connection on which tables can be made anew.

    SQLite alters a table by copying it into a new one and dropping the old, which foreign keys of other tables would
    forbid: it asks that they be off meanwhile, set outside a transaction, and looked through afterwards. Raises
    RuntimeError where rows were left without the row they name.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
            if orphans := driver.execute("PRAGMA foreign_key_check").fetchall():
                raise RuntimeError(f"rows without the row they name: {orphans[:5]}")
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def current_revision(engine: Engine) -> str | None:
    """The schema's revision, None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision this release knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
