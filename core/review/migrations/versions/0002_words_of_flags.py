"""The words of a reason, where its two numbers don't tell it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Flags that are there need none: their words follow from their numbers."""
    op.add_column("flags", sa.Column("words", sa.Text, nullable=True))
