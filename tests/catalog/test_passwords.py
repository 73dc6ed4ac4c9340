"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest

from catalog.passwords import (
    AccountRules,
    check_password,
    generate_password,
    hash_password,
    is_common,
    is_password,
    needs_rehash,
)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Tr7#ki", "password_too_short"),
        ("Tr7#kite" * 20, "password_too_long"),
        ("trailkite-lamp", "password_too_simple"),  # two classes
        ("12345678", "password_too_simple"),
        ("Zhangwei#2026", "password_names_account"),
        ("#7iewgnahZ", "password_names_account"),  # backwards
        ("P@ssw0rd!", "password_too_common"),
        ("Admin@2026", "password_too_common"),
        ("1qaz@WSX", "password_too_common"),
        ("Huawei@123", "password_too_common"),
        ("Aa12345678!", "password_too_common"),
        ("Qwer!1234", "password_too_common"),
        ("aA1!aA1!aA1!", "password_too_common"),
        ("Ｐａｓｓｗｏｒｄ＠１２３", "password_too_common"),  # full-width
    ],
)
def test_a_weak_password_is_refused_by_name(password: str, code: str) -> None:
    assert code in [problem.code for problem in check_password(password, username="zhangwei")]


@pytest.mark.parametrize("password", ["Tr7#kite-Lamp", "黄石Harbor77", "EqY2-qFCk-2PhC-bXpM", "Nine!Lanterns4u"])
def test_a_good_password_passes(password: str) -> None:
    assert check_password(password, username="zhangwei", display_name="张伟") == []


def test_the_display_name_is_no_password_either() -> None:
    codes = [one.code for one in check_password("Wang Xiaoming#77", username="x1", display_name="Wang Xiaoming")]
    assert codes == ["password_names_account"]


def test_the_rules_are_configuration() -> None:
    relaxed = AccountRules(min_length=15, min_classes=1)
    assert check_password("correct horse battery staple", username="x", rules=relaxed) == []
    assert [p.code for p in check_password("Tr7#kite-Lamp", username="x", rules=relaxed)] == ["password_too_short"]


def test_generated_passwords_meet_the_rules_and_differ() -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    assert all(check_password(one, username="admin") == [] for one in passwords)
    assert not any(set(one) & set("0O1lIi") for one in passwords)


def test_hashes_are_argon2id_and_salted() -> None:
    one, two = hash_password("Tr7#kite-Lamp"), hash_password("Tr7#kite-Lamp")
    assert one.startswith("$argon2id$")
    assert one != two
    assert is_password("Tr7#kite-Lamp", one)
    assert not is_password("Tr7#kite-lamp", one)
    assert not needs_rehash(one)


def test_a_broken_hash_and_an_endless_password_are_just_wrong() -> None:
    assert not is_password("x", "not a hash")
    assert not is_password("x" * 1_000_000, hash_password("x"))


def test_full_width_forms_are_the_same_password() -> None:
    assert is_password("Ｔr7＃kite-Lamp", hash_password("Tr7#kite-Lamp"))


def test_common_ones_are_recognised_in_disguise() -> None:
    assert is_common("!QAZ2wsx")
    assert is_common("abcd1234")
    assert not is_common("Kite-Lamp-77-harbor")
