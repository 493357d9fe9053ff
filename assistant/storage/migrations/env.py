"""Alembic's environment: online only, the URL comes from `migrate`."""

from alembic import context
from sqlalchemy import create_engine, pool

from assistant.storage import casework_tables, console_tables, desk_tables, wechat_tables  # noqa: F401  # registers their tables
from assistant.storage.tables import Base


def run() -> None:
    """Run the migrations in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=url.startswith("sqlite"))
        with context.begin_transaction():
            context.run_migrations()


run()
