"""Run by Alembic, within the transaction that `core.review.migration` opened."""

from alembic import context

from core.review.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
