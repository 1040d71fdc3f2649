"""Notes on tiles."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One table more; those that are there stay as they are."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("dataset", sa.String(100), nullable=False),
        sa.Column("tile", sa.String(255), nullable=False),
        sa.Column("reviewer", sa.String(100), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_dataset_tile", "notes", ["dataset", "tile"])
