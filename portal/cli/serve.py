"""`kaifang serve`, `web` and `worker`: the running portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal.cli.common import open_house, require_migrated, say

if TYPE_CHECKING:
    from portal.house import House


@click.command()
def serve() -> None:
    """启动门户:网页进程与后台任务 · Serve the portal: web processes and worker."""
    with open_house(migrated=False) as house:
        serve_house(house)


@click.command()
def web() -> None:
    """只启动一个网页进程 · Run one web process alone."""
    from portal.app import create_app
    from portal.serving import address_of, bind, know_address, prepare, run_web

    with open_house() as house:
        prepare(house.settings)
        sock = bind(house.settings)
        know_address(house, sock)
        say(f"网页进程:{address_of(sock, house.settings)}", f"web process: {address_of(sock, house.settings)}")
        run_web(create_app(house=house), sock, house.settings)


@click.command()
def worker() -> None:
    """只启动后台任务进程 · Run the worker alone."""
    from portal.serving import prepare, run_worker

    with open_house() as house:
        prepare(house.settings)
        say("后台任务进程已启动", "worker started")
        run_worker(house)


def serve_house(house: House) -> None:
    """Bind first (a busy port is the commonest mistake), check the schema, then serve until told to stop."""
    from portal.serving import address_of, bind, know_address, prepare, supervise

    sock = bind(house.settings)
    know_address(house, sock)
    require_migrated(house)
    prepare(house.settings)
    address = address_of(sock, house.settings)
    say(f"门户已启动:{address}(Ctrl+C 停止)", f"portal running: {address} (Ctrl+C stops it)")
    supervise(house, sock)
