"""`kaifang db`: the schema."""

from __future__ import annotations

import click

from portal.cli.common import open_house, say


@click.group()
def db() -> None:
    """数据库结构升级 · Bring the database to this release."""


@db.command()
def upgrade() -> None:
    """运行尚缺的迁移,可重复执行 · Run missing migrations; harmless when repeated."""
    from portal import migrating

    with open_house(migrated=False) as house:
        before = migrating.current_revision(house.database.engine)
        migrating.upgrade(house.database.engine)
        after = migrating.current_revision(house.database.engine)
    if before == after:
        say(f"数据库已是最新:{after}", f"the database is up to date: {after}")
    else:
        say(f"数据库已升级:{before or '空'} → {after}", f"database upgraded: {before or 'empty'} → {after}")


@db.command()
def current() -> None:
    """显示数据库与本版本的结构号 · Show the schema of the database and of this release."""
    from portal import migrating

    with open_house(migrated=False) as house:
        now, newest = migrating.current_revision(house.database.engine), migrating.head_revision()
    say(f"数据库:{now or '空'};本版本:{newest}", f"database: {now or 'empty'}; this release: {newest}")
