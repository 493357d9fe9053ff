"""The reply as it was sent, beside the client's key for the message: a message that is sent again gets it again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key and the reply to turns."""
    op.add_column("turns", sa.Column("key", sa.String(64), nullable=False, server_default=""))
    op.add_column("turns", sa.Column("sent", sa.JSON()))
    op.create_index("ix_turns_key", "turns", ["key"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_turns_key", "turns")
    op.drop_column("turns", "sent")
    op.drop_column("turns", "key")
