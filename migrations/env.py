"""Alembic environment: the connection is handed in by the caller; nothing is read from an ini file."""

from alembic import context


def run() -> None:
    """Run the migrations on the connection in `config.attributes["connection"]`."""
    config = context.config
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=config.attributes.get("metadata"),
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
