"""Who talks to us by WeChat."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "wechat_people",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="SET NULL")),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("owed", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("quota_until", moment, nullable=False),
        sa.Column("heard_at", moment, nullable=False),
    )
    op.create_index("ix_wechat_people_conversation_id", "wechat_people", ["conversation_id"])
    op.create_index("ix_wechat_people_heard_at", "wechat_people", ["heard_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("wechat_people")
