"""Settings: read from one table, refused with one sentence, secrets never shared."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from portal.settings import SETTINGS, Settings, WrongSetting, load_settings, shown_settings


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path / "home"))


def test_every_field_of_settings_is_a_row_of_the_table_with_both_languages() -> None:
    assert [setting.field for setting in SETTINGS] == [field.name for field in fields(Settings)]
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.zh and setting.en for setting in SETTINGS)


def test_without_any_setting_the_portal_is_local_on_sqlite(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database_url == f"sqlite:///{tmp_path / 'home' / 'kaifang.db'}"
    assert not settings.is_https


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        if setting.name != "KAIFANG_HOME":
            monkeypatch.setenv(setting.name, " ")
    settings = load_settings()
    assert (settings.host, settings.port, settings.is_loopback) == ("127.0.0.1", 8000, True)


def test_home_and_generated_key_are_private(tmp_path: Path) -> None:
    load_settings()
    home = tmp_path / "home"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_generated_key_stays_and_two_installs_never_share_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_settings().secret_key
    assert load_settings().secret_key == first
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path / "other"))
    assert load_settings().secret_key != first


def test_key_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    load_settings()
    key = tmp_path / "home" / "secret_key"
    key.chmod(0o644)
    load_settings()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "key",
    ["short", "changeme" * 8, "a" * 64, "CHANGEME-0123456789-abcdefghijklmn", "my-secret-key-my-secret-key-my-secret"],
)
def test_short_or_well_known_keys_are_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    with pytest.raises(WrongSetting, match="SECRET_KEY is too short or well known"):
        load_settings()


def test_emptied_key_file_is_refused(tmp_path: Path) -> None:
    load_settings()
    (tmp_path / "home" / "secret_key").write_text("")
    with pytest.raises(WrongSetting, match="SECRET_KEY"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "eighty", "PORT"),
        ("PORT", "70000", "PORT"),
        ("KAIFANG_PROCESSES", "0", "KAIFANG_PROCESSES"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT"),
        ("ACCESS_LOG", "perhaps", "ACCESS_LOG"),
        ("BASE_URL", "data.example.gov.cn", "must look like https://"),
        ("BASE_URL", "ftp://data.example.gov.cn", "must look like https://"),
        ("BASE_URL", "https://example.gov.cn/data", "a host name of its own"),
        ("BASE_URL", "https://user@example.gov.cn", "must look like https://"),
        ("DATABASE_URL", "mysql://localhost/x", "postgresql://"),
        ("STORAGE_URL", "relative/folder", "absolute path"),
    ],
)
def test_wrong_setting_is_one_sentence_that_names_it(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as caught:
        load_settings()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_home_that_cannot_be_made_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(WrongSetting, match="cannot be created"):
        load_settings()


def test_https_address_makes_the_portal_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "https://data.example.gov.cn/")
    settings = load_settings()
    assert settings.base_url == "https://data.example.gov.cn"
    assert settings.is_https


def test_shown_settings_hide_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://kaifang:S3cr3t-canary@db/kaifang")
    shown = shown_settings(load_settings())
    assert shown["DATABASE_URL"] == "(set)"
    assert "canary" not in str(shown)
    assert set(shown) == {setting.name for setting in SETTINGS}
