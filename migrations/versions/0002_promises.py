"""Facts that settle obligations, acts about them, and obligations of departments."""

import datetime as dt
import uuid

import sqlalchemy as sa
from alembic import op

import datasets.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("at", datasets.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_delivery_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("entry_id", "delivered_on", "kind", name=op.f("uq_delivery_entry_id_delivered_on_kind")),
    )
    op.create_table(
        "obligation_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("at", datasets.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=64), nullable=True),
        sa.Column("decided_at", datasets.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_obligation_act_department_id")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_obligation_act_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation_act")),
    )
    with op.batch_alter_table("obligation_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obligation_act_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_obligation_act_obligation_id"), ["obligation_id"], unique=False)
        batch_op.create_index("ix_obligation_act_state", ["state", "at"], unique=False)
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("calendar_epoch", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(
            batch_op.f("fk_department_merged_into_id"), "department", ["merged_into_id"], ["id"]
        )
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.alter_column("calendar_epoch", server_default=None)
    _widen_obligation()
    _record_deliveries()


def _widen_obligation() -> None:
    """The subject of every obligation so far is its entry; what was settled was settled by data."""
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("label", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("first_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("settled_by", sa.String(length=20), nullable=True))
    op.execute("UPDATE obligation SET subject_id = entry_id")
    op.execute("UPDATE obligation SET settled_by = 'data' WHERE state IN ('on_time', 'late') AND kind = 'update'")
    op.execute("UPDATE obligation SET settled_by = 'share' WHERE state = 'on_time' AND kind = 'freshness'")
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.alter_column("subject_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("entry_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.alter_column("period", existing_type=sa.String(length=16), type_=sa.String(length=40))
        batch_op.drop_constraint(batch_op.f("uq_obligation_entry_id_kind_period"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_obligation_department_id_state"))
        batch_op.create_index("ix_obligation_department_id_state", ["department_id", "state", "due_on"], unique=False)
        batch_op.create_index("ix_obligation_entry_id_state", ["entry_id", "state"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_obligation_subject_id_kind_period"), ["subject_id", "kind", "period"]
        )


def _record_deliveries() -> None:
    """Every data version that went public so far is a delivery of its day in Shanghai."""
    version = sa.table(
        "data_version",
        sa.column("id", sa.Uuid()),
        sa.column("resource_id", sa.Uuid()),
        sa.column("published_at", datasets.db.UTCDateTime()),
    )
    resource = sa.table("resource", sa.column("id", sa.Uuid()), sa.column("entry_id", sa.Uuid()))
    delivery = sa.table(
        "delivery",
        sa.column("id", sa.Uuid()),
        sa.column("entry_id", sa.Uuid()),
        sa.column("delivered_on", sa.Date()),
        sa.column("kind", sa.String()),
        sa.column("version_id", sa.Uuid()),
        sa.column("by_name", sa.String()),
        sa.column("at", datasets.db.UTCDateTime()),
    )
    query = (
        sa.select(resource.c.entry_id, version.c.id, version.c.published_at)
        .join(resource, resource.c.id == version.c.resource_id)
        .where(version.c.published_at.is_not(None))
        .order_by(version.c.published_at)
    )
    rows = {}
    for entry_id, version_id, at in op.get_bind().execute(query):
        day = at.astimezone(SHANGHAI).date()
        rows.setdefault((entry_id, day), {"id": uuid.uuid4(), "version_id": version_id, "at": at})
    values = [
        {"entry_id": entry_id, "delivered_on": day, "kind": "data", "by_name": "", **row}
        for (entry_id, day), row in rows.items()
    ]
    if values:
        op.bulk_insert(delivery, values)


def downgrade() -> None:
    op.execute("DELETE FROM obligation WHERE entry_id IS NULL")
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_obligation_subject_id_kind_period"), type_="unique")
        batch_op.drop_index("ix_obligation_entry_id_state")
        batch_op.drop_index("ix_obligation_department_id_state")
        batch_op.create_index(batch_op.f("ix_obligation_department_id_state"), ["department_id", "state"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_obligation_entry_id_kind_period"), ["entry_id", "kind", "period"]
        )
        batch_op.alter_column("period", existing_type=sa.String(length=40), type_=sa.String(length=16))
        batch_op.alter_column("entry_id", existing_type=sa.Uuid(), nullable=False)
        for name in ("settled_by", "first_due_on", "label", "subject_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_department_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("calendar_epoch")
        batch_op.drop_column("merged_into_id")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("email")
    for table in ("obligation_act", "delivery"):
        op.drop_table(table)
