"""Brings a database's tables to this version's, step by step (Alembic)."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from sync.endpoint.errors import EndpointError


def upgrade(connection: Connection) -> None:
    """Run what is missing, in the connection's transaction: all of it or nothing.

    Raises EndpointError for a file with tables that no migration made.
    """
    tables = inspect(connection).get_table_names()
    if "records" in tables and "alembic_version" not in tables:
        raise EndpointError(
            "this database is from before version 0.1.0 was finished and cannot be migrated; "
            "move it away: machines send again what is not acknowledged"
        )
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration on a connection: there is no alembic.ini to find."""
    config = Config()
    config.set_main_option("script_location", "sync.endpoint:migrations")
    config.attributes["connection"] = connection
    return config
