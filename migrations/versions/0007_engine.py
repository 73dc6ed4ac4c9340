"""Data engine: differences between versions, originals that are withheld, uploads that arrive in pieces."""

import sqlalchemy as sa
from alembic import op

import datasets.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", datasets.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("touched_at", datasets.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_created_at", "upload", ["created_at"])
    with op.batch_alter_table("data_version") as batch:
        batch.add_column(sa.Column("difference", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("is_original_public", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("data_version") as batch:
        batch.drop_column("is_original_public")
        batch.drop_column("difference")
    op.drop_index("ix_upload_created_at", table_name="upload")
    op.drop_table("upload")
