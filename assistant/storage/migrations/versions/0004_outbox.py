"""The outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("destination", sa.String(20), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("delivered_at", moment),
        sa.Column("receipt", sa.String(200), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
    )
    op.create_index("ix_outbox_about", "outbox", ["about"])
    op.create_index("ix_outbox_due", "outbox", ["state", "next_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("outbox")
