"""Everything an operator can set: one table, read from the environment, checked before anything starts.

`SETTINGS` is the only list: the loader, `kaifang doctor`, the documentation and its test read it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, validate

from catalog.feeds.pullers import parse_pullers
from portal.secret_key import WrongSetting, check_secret, kept_secret

DEMO_MARK = "demo-accounts.json"
"""A home that holds this file holds demonstration data, however it is served."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one running portal; the meaning of each field stands in `SETTINGS`."""

    home: Path
    host: str
    port: int
    base_url: str
    database_url: str
    redis_url: str
    storage_url: str
    smtp_url: str
    mail_from: str
    outbound_allow: tuple[str, ...]
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    trusted_proxies: str
    processes: int
    threads: int
    connection_limit: int
    upload_limit_mb: int
    versions_kept: int
    requests_per_minute: int
    disk_reserve_mb: int
    access_log: bool
    log_level: str
    log_format: str
    site_name: str
    site_name_en: str
    site_region: str
    site_region_code: str
    site_operator: str
    site_operator_en: str
    site_code: str
    site_icp: str
    site_police_number: str
    site_phone: str
    site_email: str
    site_address: str
    city_pullers: tuple[str, ...]
    is_demo: bool

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal by https: decides cookie names and flags."""
        return self.base_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the portal."""
        return self.host in LOOPBACK

    @property
    def storage_root(self) -> Path:
        """Where `blobs/` with the files as delivered lies: STORAGE_URL, else the home."""
        return Path(self.storage_url) if self.storage_url else self.home

    def folder(self, name: str) -> Path:
        """A folder under the home, made on demand and readable by its owner only."""
        path = self.home / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: environment variable, field of `Settings`, how to read it, default, and what it means."""

    name: str
    field: str
    read: Callable[[Env, str, Any], Any]
    default: Any
    zh: str
    en: str
    is_private: bool = False


def _text(env: Env, name: str, default: Any) -> str:
    return env.str(name, default).strip()


def _path(env: Env, name: str, default: Any) -> Path:
    return Path(env.str(name, default)).expanduser().absolute()


def _flag(env: Env, name: str, default: Any) -> bool:
    return env.bool(name, default)


def _words(env: Env, name: str, default: Any) -> tuple[str, ...]:
    return tuple(env.list(name, default))


def _pullers(env: Env, name: str, default: Any) -> tuple[str, ...]:
    return parse_pullers(env.list(name, default))


def _whole(low: int, high: int) -> Callable[[Env, str, Any], int]:
    return lambda env, name, default: env.int(name, default, validate=validate.Range(low, high))


def _one_of(*choices: str) -> Callable[[Env, str, Any], str]:
    return lambda env, name, default: env.str(name, default, validate=validate.OneOf(choices))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "KAIFANG_HOME",
        "home",
        _path,
        "instance",
        "数据目录:数据库、文件、索引、缓存、密钥都在其中",
        "Folder of all state",
    ),
    Setting(
        "HOST", "host", _text, "127.0.0.1", "监听地址;0.0.0.0 表示所有网卡", "Address to listen on; 0.0.0.0 for all"
    ),
    Setting(
        "PORT", "port", _whole(0, 65535), 8000, "监听端口;0 表示任选空闲端口", "Port to listen on; 0 picks a free one"
    ),
    Setting(
        "BASE_URL",
        "base_url",
        _text,
        "",
        "公众访问的地址,如 https://data.example.gov.cn;所有绝对链接由它生成",
        "Public address such as https://data.example.gov.cn: the only source of absolute links",
    ),
    Setting(
        "DATABASE_URL",
        "database_url",
        _text,
        "",
        "数据库地址;空则用数据目录中的 SQLite,或 postgresql://…",
        "Database; empty for SQLite in the home, or postgresql://…",
        is_private=True,
    ),
    Setting(
        "REDIS_URL",
        "redis_url",
        _text,
        "",
        "多台机器共用的缓存与限流(redis://…);空则用本机",
        "Cache and limits shared by several machines (redis://…); empty for this machine alone",
        is_private=True,
    ),
    Setting(
        "STORAGE_URL",
        "storage_url",
        _text,
        "",
        "原始文件的存放处;空则在数据目录,或另一目录的绝对路径",
        "Where original files are kept; empty for the home, or the absolute path of another folder",
    ),
    Setting(
        "SMTP_URL",
        "smtp_url",
        _text,
        "",
        "发信服务器,如 smtps://用户:密码@主机;空则邮件只写入数据目录的 mail/",
        "Mail server: smtps://, smtp+starttls:// or smtp://; empty writes mails into mail/ of the home",
        is_private=True,
    ),
    Setting("MAIL_FROM", "mail_from", _text, "", "发件人地址;空则用 SITE_EMAIL", "Sender; empty: SITE_EMAIL"),
    Setting(
        *("OUTBOUND_ALLOW", "outbound_allow", _words, ()),
        "Webhook 可以访问的内网地址段或主机名,以逗号分隔,如 10.2.0.0/16;空则只能访问公网 https",
        "Inner networks or hosts that webhooks may reach, comma-separated; empty: public https only",
    ),
    Setting(
        "SECRET_KEY",
        "secret_key",
        _text,
        "",
        "会话签名密钥,至少 32 个字符;空则自动生成并存于数据目录",
        "Key that signs sessions, at least 32 characters; empty: generated once and kept in the home",
        is_private=True,
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "secret_key_fallbacks",
        _words,
        [],
        "更换密钥后仍认可的旧密钥,以逗号分隔:登录与日历订阅地址不断;推送的签名密钥随新密钥改变,须重新登记",
        "Former keys that sessions and calendar addresses may still bear, comma-separated; webhooks sign with the new",
        is_private=True,
    ),
    Setting(
        "TRUSTED_PROXY",
        "trusted_proxies",
        _text,
        "",
        "反向代理的地址,只信任它转述的来访地址;空则不信任任何转述",
        "Address of the reverse proxy whose X-Forwarded-For is believed; empty believes none",
    ),
    Setting("KAIFANG_PROCESSES", "processes", _whole(1, 64), 2, "网页进程数", "Number of web processes"),
    Setting("KAIFANG_THREADS", "threads", _whole(1, 128), 6, "每个网页进程的线程数", "Threads per web process"),
    Setting(
        "KAIFANG_CONNECTIONS",
        "connection_limit",
        _whole(50, 20000),
        2000,
        "每个网页进程同时保持的连接数上限",
        "Open connections a web process holds at most",
    ),
    Setting(
        "UPLOAD_LIMIT_MB", "upload_limit_mb", _whole(1, 20480), 500, "单个上传文件上限(MB)", "Largest upload in MB"
    ),
    Setting(
        "VERSIONS_KEPT",
        "versions_kept",
        _whole(0, 100_000),
        0,
        "每个文件保留多少个历史版本,更早的只留记录;0 表示全部保留",
        "Superseded versions kept of each file, older ones stay as records only; 0 keeps all",
    ),
    Setting(
        "REQUESTS_PER_MINUTE",
        "requests_per_minute",
        _whole(0, 10_000_000),
        1200,
        "每个来访地址每分钟的请求上限;0 表示不限",
        "Requests per minute and address; 0 for no limit",
    ),
    Setting(
        "DISK_RESERVE_MB",
        "disk_reserve_mb",
        _whole(0, 1_000_000),
        200,
        "磁盘剩余低于此值(MB)时拒绝上传",
        "Uploads are refused when less than this is free, in MB",
    ),
    Setting("ACCESS_LOG", "access_log", _flag, True, "是否在 logs/ 中记录访问", "Write an access log into logs/"),
    Setting(
        "LOG_LEVEL",
        "log_level",
        _one_of("debug", "info", "warning", "error"),
        "info",
        "日志级别",
        "Level of the log: debug, info, warning, error",
    ),
    Setting("LOG_FORMAT", "log_format", _one_of("text", "json"), "text", "日志格式", "Form of the log: text or json"),
    Setting("SITE_NAME", "site_name", _text, "公共数据开放平台", "网站名称", "Name of the site in Chinese"),
    Setting("SITE_NAME_EN", "site_name_en", _text, "Open Public Data", "网站英文名称", "Name of the site in English"),
    Setting("SITE_REGION", "site_region", _text, "", "行政区划名称,如 黄石港区", "Name of the district or city"),
    Setting("SITE_REGION_CODE", "site_region_code", _text, "", "行政区划代码(GB/T 2260)", "Region code (GB/T 2260)"),
    Setting("SITE_OPERATOR", "site_operator", _text, "", "主办单位", "Body that runs the site"),
    Setting("SITE_OPERATOR_EN", "site_operator_en", _text, "", "主办单位英文名", "The same in English"),
    Setting("SITE_CODE", "site_code", _text, "", "政府网站标识码", "Government website identification code"),
    Setting("SITE_ICP", "site_icp", _text, "", "ICP 备案号", "ICP filing number"),
    Setting("SITE_POLICE_NUMBER", "site_police_number", _text, "", "公安备案号", "Public-security filing number"),
    Setting("SITE_PHONE", "site_phone", _text, "", "联系电话", "Telephone of the office"),
    Setting("SITE_EMAIL", "site_email", _text, "", "联系邮箱", "E-mail address of the office"),
    Setting("SITE_ADDRESS", "site_address", _text, "", "办公地址", "Postal address of the office"),
    Setting(
        *("CITY_PULLERS", "city_pullers", _pullers, ()),
        "市平台取用目录时的来访地址或网段(如 10.2.0.0/16),以逗号分隔;其取用记录作为数据对接节点的回执,空则不自动认定",
        "Addresses or networks (10.2.0.0/16) of the city platform, comma-separated: its pulls meet connection nodes",
    ),
    Setting("KAIFANG_DEMO", "is_demo", _flag, False, "演示数据:每页显示横幅", "Demonstration data: every page says so"),
)


def load_settings(**overrides: Any) -> Settings:
    """Read and check all settings; `overrides` (by field name) win over the environment.

    Creates the home folder and, where SECRET_KEY is not given, the key in it. Raises WrongSetting.
    """
    from portal.mail import check_mail

    values = {**_read_environment(), **overrides}
    unknown = set(values) - {field.name for field in fields(Settings)}
    if unknown:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    _make_home(values["home"])
    values["base_url"] = _check_base_url(values["base_url"] or _own_address(values["host"], values["port"]))
    values["database_url"] = _check_database_url(values["database_url"] or f"sqlite:///{values['home'] / 'kaifang.db'}")
    values["mail_from"] = check_mail(values["smtp_url"], values["mail_from"] or values["site_email"])
    if values["storage_url"] and not Path(values["storage_url"]).is_absolute():
        raise WrongSetting("STORAGE_URL must be the absolute path of a folder, or empty for the home folder.")
    values["secret_key"] = values["secret_key"] or kept_secret(values["home"] / "secret_key")
    values["is_demo"] = values["is_demo"] or (values["home"] / DEMO_MARK).is_file()
    for key in (values["secret_key"], *values["secret_key_fallbacks"]):
        check_secret(key)
    return Settings(**values)


def _read_environment() -> dict[str, Any]:
    """An empty variable counts as one that is not set."""
    env, unset = Env(), Env(prefix="KAIFANG_NEVER_SET_")
    values = {}
    for setting in SETTINGS:
        source = env if os.environ.get(setting.name, "").strip() else unset
        try:
            values[setting.field] = setting.read(source, setting.name, setting.default)
        except ValueError as error:  # EnvError is one
            shown = "" if setting.is_private else f" (now: {os.environ.get(setting.name)!r})"
            raise WrongSetting(f"{setting.name}{shown} cannot be used: {error}. Meaning: {setting.en}.") from error
    return values


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise WrongSetting(
            f"KAIFANG_HOME {home} cannot be created ({reason}): name a folder you may write to."
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise WrongSetting(
            f"KAIFANG_HOME {home} is not writable by this user: change its owner or name another folder."
        )


def _own_address(host: str, port: int) -> str:
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _check_base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise WrongSetting(f"BASE_URL {url!r} must look like https://data.example.gov.cn.")
    if parts.path.strip("/"):
        raise WrongSetting(f"BASE_URL {url!r} must end after the host: the portal needs a host name of its own.")
    return f"{parts.scheme}://{parts.netloc}"


def _check_database_url(url: str) -> str:
    if not re.match(r"(sqlite:///|postgresql(\+psycopg)?://)", url):
        raise WrongSetting(
            "DATABASE_URL must begin with postgresql:// or sqlite:///, or be empty for SQLite in the home."
        )
    return url


def shown_settings(settings: Settings) -> Mapping[str, str]:
    """Every setting by its environment name, private ones masked, for `kaifang doctor`."""
    shown = {}
    for setting in SETTINGS:
        value = getattr(settings, setting.field)
        shown[setting.name] = "(set)" if setting.is_private and value else str(value)
    return shown
