"""Tickets, tries, work orders, ratings and rectifications."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the casework."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
    )
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", moment, nullable=False),
        sa.Column("locked_until", moment),
    )
    op.create_index("ix_attempts_last_at", "attempts", ["last_at"])
    op.create_table(
        "work_orders",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("ticket", sa.String(64), nullable=False, unique=True),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("filed_at", moment, nullable=False),
    )
    op.create_index("ix_work_orders_conversation_id", "work_orders", ["conversation_id"])
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("matter", sa.String(64), nullable=False, unique=True),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("department", sa.String(60), nullable=False),
        sa.Column("rated_at", moment, nullable=False),
    )
    op.create_index("ix_ratings_level", "ratings", ["level"])
    op.create_table(
        "rectifications",
        sa.Column("rating_id", sa.Integer(), sa.ForeignKey("ratings.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("department", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("handled_by", sa.String(40), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("closed_at", moment),
    )
    for column in ("department", "state"):
        op.create_index(f"ix_rectifications_{column}", "rectifications", [column])


def downgrade() -> None:
    """Drop them."""
    for table in ("rectifications", "ratings", "work_orders", "attempts", "tickets"):
        op.drop_table(table)
