"""Redirects stay on this site, whatever `next` says."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.links import is_safe_path, safe_redirect

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%09/evil.example/..//x",
    "https:evil.example",
    "https://evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "\x00//evil.example",
    "\r\n//evil.example",
    "/a\r\nLocation: //evil.example",
    "//evil.example/..",
    "/a//evil.example",
    "/./\\evil.example",
    "evil.example",
    "@evil.example",
    "/。evil.example",
    "／／evil.example",
    "/a#//evil.example",
    "",
    None,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_address_that_could_leave_the_site_is_refused(target: str | None) -> None:
    assert not is_safe_path(target)


@pytest.mark.parametrize(
    "target", ["/", "/desk", "/en/desk?state=draft&page=2", "/dataset/jie-dao-x1?q=%E5%8C%BB", "/a/b.c~d"]
)
def test_own_address_is_kept(target: str) -> None:
    assert is_safe_path(target)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_redirect_elsewhere_goes_to_the_fallback(app: Flask, target: str | None) -> None:
    with app.test_request_context("/"):
        assert safe_redirect(target, fallback="/desk").headers["Location"] == "/desk"


@given(st.text(max_size=60))
def test_whatever_is_accepted_is_one_path_on_this_host(target: str) -> None:
    if is_safe_path(target):
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))
        assert target.isascii()
        assert target.isprintable()


def test_link_to_the_other_language_stays_on_this_site(client: FlaskClient) -> None:
    page = client.get("/en//evil.example/%5cx").get_data(as_text=True)
    assert 'href="/evil.example/' in page
    assert 'href="//' not in page
