"""Masks that people made, what they have drawn and not yet saved, and who has which item on the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Three tables more; those that are there stay as they are."""
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("dataset", sa.String(100), nullable=False),
        sa.Column("tile", sa.String(255), nullable=False),
        sa.Column("mask", sa.Text, nullable=False),
        sa.Column("parent", sa.Integer, nullable=True),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("run", sa.String(100), nullable=False),
        sa.Column("decision", sa.Integer, nullable=True),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("reviewer", sa.String(100), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.ForeignKeyConstraint(["parent"], ["revisions.id"], name="fk_revisions_parent"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name="fk_revisions_decision", ondelete="SET NULL"),
    )
    op.create_index("ix_revisions_dataset_tile", "revisions", ["dataset", "tile"])
    op.create_table(
        "drafts",
        sa.Column("dataset", sa.String(100), nullable=False),
        sa.Column("tile", sa.String(255), nullable=False),
        sa.Column("reviewer", sa.String(100), nullable=False),
        sa.Column("mask", sa.Text, nullable=False),
        sa.Column("base", sa.Integer, nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "tile", "reviewer", name="pk_drafts"),
    )
    op.create_table(
        "claims",
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("reviewer", sa.String(100), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_claims"),
        sa.ForeignKeyConstraint(["item_id"], ["review_items.id"], name="fk_claims_item_id", ondelete="CASCADE"),
    )
