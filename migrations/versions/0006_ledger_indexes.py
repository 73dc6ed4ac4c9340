"""Indexes of the ledger: pages in order of due date, also where thousands are due on one day, and rates by kind."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_obligation_state_due_on", table_name="obligation")
    op.create_index("ix_obligation_state_due_on", "obligation", ["state", "due_on", "id", "kind"])
    op.drop_index("ix_obligation_department_id_state", table_name="obligation")
    op.create_index("ix_obligation_department_id_state", "obligation", ["department_id", "state", "due_on", "id"])
    op.create_index(
        "ix_obligation_kind_state",
        "obligation",
        ["kind", "state", "due_on", "department_id", "grace_on", "settled_by"],
    )


def downgrade() -> None:
    op.drop_index("ix_obligation_kind_state", table_name="obligation")
    op.drop_index("ix_obligation_department_id_state", table_name="obligation")
    op.create_index("ix_obligation_department_id_state", "obligation", ["department_id", "state", "due_on"])
    op.drop_index("ix_obligation_state_due_on", table_name="obligation")
    op.create_index("ix_obligation_state_due_on", "obligation", ["state", "due_on"])
