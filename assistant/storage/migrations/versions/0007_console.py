"""What is decided about gaps, and an index for reports by period."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of the gaps."""
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("question", sa.Text(), nullable=False, unique=True),
        sa.Column("department", sa.String(60), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("entry", sa.String(100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_turns_at", "turns", ["at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_turns_at", "turns")
    op.drop_table("gaps")
