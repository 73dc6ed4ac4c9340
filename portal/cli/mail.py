"""`kaifang mail`: see that mail arrives."""

from __future__ import annotations

import click

from portal.cli.common import open_house, say


@click.group()
def mail() -> None:
    """邮件 · Mail."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """按现有设置给 ADDRESS 发一封测试邮件 · Send a test mail to ADDRESS with the present settings."""
    import datetime as dt
    import uuid

    from catalog.outbox import Outgoing
    from portal.sending import deliver_mail

    with open_house(migrated=False) as house:
        now = house.now()
        message = Outgoing(
            id=uuid.uuid4(),
            channel="mail",
            recipient=address,
            subject=f"{house.settings.site_name}：测试邮件",
            body=f"收到这封邮件，说明 {house.settings.base_url} 的提醒可以寄达。\n",
            webhook_id=None,
            attempts=1,
            created_at=now,
            lease_until=now + dt.timedelta(minutes=1),
        )
        place = deliver_mail(house, message)
    say(f"已交给 {place}", f"handed to {place}")
