"""Whose pulls count as the city platform's: addresses or networks that an operator names.

What a program says of itself (its User-Agent) counts for nothing: anybody can say it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_puller(word: str) -> Network | str:
    """An address or a network such as 10.2.0.0/16, else the name of a token as it stands.

    Raises ValueError for a network that cannot be: a wrong mask, or host bits beside it.
    """
    if "/" in word:
        return ipaddress.ip_network(word)
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        return word


def parse_pullers(words: Collection[str]) -> tuple[str, ...]:
    """The words without blanks and empty ones; raises ValueError for a network that cannot be."""
    cleaned = tuple(word.strip() for word in words if word.strip())
    for word in cleaned:
        parse_puller(word)
    return cleaned


def match_pullers(seen: Collection[str], words: Collection[str]) -> frozenset[str]:
    """Those of `seen` (names and addresses as pulls were recorded under) that `words` name or hold in a network."""
    known = [parse_puller(word) for word in words]
    names = {one for one in known if isinstance(one, str)}
    networks = [one for one in known if not isinstance(one, str)]
    return frozenset(one for one in seen if one in names or _is_within(one, networks))


def _is_within(puller: str, networks: Collection[Network]) -> bool:
    try:
        address = ipaddress.ip_address(puller)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network or address in network for network in networks)
