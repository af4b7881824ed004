"""What Alembic runs: the steps, on the connection that sync.endpoint.migrate hands over."""

from alembic import context

from sync.endpoint.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
