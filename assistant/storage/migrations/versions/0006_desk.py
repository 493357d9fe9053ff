"""Reports of wrong and missing answers, 一次性告知单, and why a hand-off was closed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the desk."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "gap_reports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("facet", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reporter", sa.String(40), nullable=False),
        sa.Column("department", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    for column in ("asked_at", "department", "state"):
        op.create_index(f"ix_gap_reports_{column}", "gap_reports", [column])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("clerk", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("snapshot", sa.String(20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.UniqueConstraint("year", "sequence", name="ux_notices_number"),
        sa.UniqueConstraint("clerk", "key", name="ux_notices_key"),
    )
    for column in ("made_at", "clerk", "subject"):
        op.create_index(f"ix_notices_{column}", "notices", [column])
    op.add_column("handoffs", sa.Column("close_reason", sa.String(20), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("handoffs", "close_reason")
    for table in ("notices", "gap_reports"):
        op.drop_table(table)
