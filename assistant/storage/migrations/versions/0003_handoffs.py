"""Hand-offs to people, and what is said in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'person')")


def upgrade() -> None:
    """Make the tables of hand-offs."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("department", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(40), sa.ForeignKey("staff.name")),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("queued_at", moment, nullable=False),
        sa.Column("claimed_at", moment),
        sa.Column("waited_seconds", sa.Float()),
        sa.Column("unanswered_since", moment),
        sa.Column("ended_at", moment),
    )
    op.create_index("ux_handoffs_open", "handoffs", ["conversation_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_handoffs_queue", "handoffs", ["state", "department", "queued_at"])
    for column in ("conversation_id", "owner", "claimed_at"):
        op.create_index(f"ix_handoffs_{column}", "handoffs", [column])
    op.create_table(
        "handoff_messages",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sequence", sa.Integer(), primary_key=True),
        sa.Column("handoff_id", sa.String(32), sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("sender", sa.String(20), nullable=False),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.UniqueConstraint("conversation_id", "sender", "key", name="ux_handoff_messages_key"),
    )
    op.create_index("ix_handoff_messages_handoff_id", "handoff_messages", ["handoff_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("handoff_messages", "handoffs"):
        op.drop_table(table)
