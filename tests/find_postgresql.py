"""Print the address of a PostgreSQL server on which tests may create databases; print nothing where there is none."""

import os

import psycopg


def reachable(url: str) -> bool:
    """Whether a connection works and may create databases."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


if __name__ == "__main__":
    named = os.environ.get("TEST_DATABASE_URL")
    user = os.environ.get("PGUSER") or os.environ.get("USER") or "root"
    local = f"postgresql://{user}@127.0.0.1:5432/postgres"
    print(next((url for url in ([named] if named else [local]) if reachable(url)), ""))
