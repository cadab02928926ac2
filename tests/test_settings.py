from __future__ import annotations

import base64
import dataclasses
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fleetprompt.enums import InstallTargetSystem
from fleetprompt.rate_limits import DEFAULT_LIMITS, RateClass, RateLimit
from fleetprompt.settings import Isolation, LogLevel, Origin, Settings, SettingsError, load

HOME = {"HOME": "/accounts/ada"}
KEY = base64.b64encode(bytes(range(32))).decode("ascii")
EVERYTHING = {
    "FLEETPROMPT_DATABASE_URL": "postgresql://app:hunter2@db:5432/fleetprompt?sslmode=require",
    "FLEETPROMPT_MIGRATE_DATABASE_URL": "postgres:///fleetprompt?host=/run/postgresql",
    "FLEETPROMPT_DATA_DIR": "/srv/fleetprompt",
    "FLEETPROMPT_MASTER_KEYS": f"v1:{KEY}",
    "FLEETPROMPT_PUBLIC_URL": "https://Market.Example/",
    "FLEETPROMPT_INTERNAL_URL": "http://fleet_prompt:8000",
    "FLEETPROMPT_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7,fd00::/8",
    "FLEETPROMPT_INSTALL_URLS": "whs=https://whs.example/install,agentelic=https://agentelic.example:8443/in?from=fp",
    "FLEETPROMPT_ABUSE_CONTACT": "abuse@market.example",
    "FLEETPROMPT_METRICS_TOKEN": "0123456789abcdef",
    "FLEETPROMPT_RATE_LIMITS": "redeem=1200/min",
    "FLEETPROMPT_REDIS_URL": "rediss://:hunter3@cache/0",
    "FLEETPROMPT_LOG_LEVEL": "DEBUG",
    "FLEETPROMPT_ISOLATION": "serializable",
}
SECRETS = ("hunter2", "hunter3", KEY, "0123456789abcdef")


def refusal(**variables: str) -> str:
    """What is said about these variables, given without their prefix."""
    with pytest.raises(SettingsError) as refused:
        load(HOME | {f"FLEETPROMPT_{name}": value for name, value in variables.items()})
    return str(refused.value)


def accepted(**variables: str) -> Settings:
    return load(HOME | {f"FLEETPROMPT_{name}": value for name, value in variables.items()})


def test_without_any_variable_everything_has_its_default() -> None:
    settings = load(HOME, is_root=False)
    assert settings.data_dir == Path("/accounts/ada/.local/share/fleetprompt")
    assert settings.key_ring_path.is_relative_to(settings.data_dir)
    assert str(settings.public_url) == "http://127.0.0.1:8000"
    assert (settings.log_level, settings.isolation) == (LogLevel.INFO, Isolation.REPEATABLE_READ)
    assert (settings.rate_limits, settings.install_urls, settings.trusted_proxies) == (DEFAULT_LIMITS, {}, ())
    assert settings.is_loopback
    assert settings.has_limits
    assert not settings.secure_cookies
    absent = (
        settings.database_url,
        settings.migrate_database_url,
        settings.master_keys,
        settings.internal_url,
        settings.abuse_contact,
        settings.metrics_token,
        settings.redis_url,
    )
    assert absent == (None,) * len(absent)


@pytest.mark.parametrize(
    ("environ", "is_root", "folder"),
    [
        (HOME, False, "/accounts/ada/.local/share/fleetprompt"),
        (HOME, True, "/var/lib/fleetprompt"),
        ({}, False, "/var/lib/fleetprompt"),
        ({"HOME": "not/absolute"}, False, "/var/lib/fleetprompt"),
    ],
)
def test_root_and_accounts_without_a_home_keep_their_data_in_var_lib(
    environ: dict[str, str], is_root: bool, folder: str
) -> None:
    assert load(environ, is_root=is_root).data_dir == Path(folder)


def test_every_variable_is_read() -> None:
    settings = load(EVERYTHING)
    assert settings.database_url is not None
    assert settings.database_url.reveal() == EVERYTHING["FLEETPROMPT_DATABASE_URL"]
    assert settings.migrate_database_url is not None
    assert settings.migrate_database_url.reveal() == EVERYTHING["FLEETPROMPT_MIGRATE_DATABASE_URL"]
    assert settings.data_dir == Path("/srv/fleetprompt")
    assert settings.master_keys is not None
    assert settings.master_keys.versions == ("v1",)
    assert settings.public_url == Origin("https", "market.example")
    assert settings.internal_url == Origin("http", "fleet_prompt", 8000)
    assert settings.authorities == {"market.example", "fleet_prompt:8000"}
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"), ip_network("fd00::/8"))
    assert settings.install_urls == {
        InstallTargetSystem.WHS: "https://whs.example/install",
        InstallTargetSystem.AGENTELIC: "https://agentelic.example:8443/in?from=fp",
    }
    assert settings.abuse_contact == "abuse@market.example"
    assert settings.metrics_token is not None
    assert settings.metrics_token.reveal() == "0123456789abcdef"
    assert settings.rate_limits == {**DEFAULT_LIMITS, RateClass.REDEEM: RateLimit(1200, 60)}
    assert settings.redis_url is not None
    assert settings.redis_url.reveal() == "rediss://:hunter3@cache/0"
    assert (settings.log_level, settings.isolation) == (LogLevel.DEBUG, Isolation.SERIALIZABLE)
    assert settings.secure_cookies
    assert not settings.is_loopback


def test_other_programs_variables_are_none_of_ours() -> None:
    assert load(HOME | {"PATH": "/bin", "DATABASE_URL": "mysql://x", "XFLEETPROMPT_A": "b"}).database_url is None


def test_s_sec_03_secrets_do_not_show_in_settings() -> None:
    shown = f"{load(EVERYTHING)} {load(EVERYTHING)!r}"
    assert [secret for secret in SECRETS if secret in shown] == []
    assert shown.count("Secret(***)") == 2 * 4


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_an_empty_variable_is_refused_by_name(name: str) -> None:
    for empty in ("", " "):
        with pytest.raises(SettingsError, match=f"{name}: is empty; give it a value or unset it"):
            load(EVERYTHING | {name: empty})


@pytest.mark.parametrize("name", sorted(EVERYTHING))
@examples(max_examples=25)
@given(garbage=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=20, max_size=60))
def test_s_sec_03_a_bad_value_is_named_and_never_quoted(name: str, garbage: str) -> None:
    hidden = f"hunter2-{garbage}\n"
    with pytest.raises(SettingsError) as refused:
        load(EVERYTHING | {name: hidden})
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    told = refusal(
        PUBLIC_URL="market.example", LOG_LEVEL="loud", TRUSTED_PROXIES="10.0.0.1/8,x", DATBASE_URL="x", ISOLATION="none"
    )
    lines = told.splitlines()
    assert lines[0] == "The settings cannot be used:"
    assert [line.partition(":")[0].strip() for line in lines[1:]] == [
        "FLEETPROMPT_PUBLIC_URL",
        "FLEETPROMPT_TRUSTED_PROXIES",
        "FLEETPROMPT_LOG_LEVEL",
        "FLEETPROMPT_ISOLATION",
        "FLEETPROMPT_DATBASE_URL",
    ]
    assert "entry 1 must be an address or a network" in told
    assert "entry 2 must be an address or a network" in told
    assert "must be one of: debug, info, warning, error, critical." in told


def test_an_unknown_variable_is_refused_with_the_one_that_was_meant() -> None:
    assert "FLEETPROMPT_PUBLIK_URL: there is no such setting; did you mean FLEETPROMPT_PUBLIC_URL?" in refusal(
        PUBLIK_URL="x"
    )
    told = refusal(ZZZZZ="hunter2")
    assert all(name in told for name in EVERYTHING)
    assert "hunter2" not in told


@pytest.mark.parametrize("url", ["http://localhost:8001/install", "http://127.0.0.1/", "http://app.localhost:1/?x=1"])
def test_a_landing_page_on_this_machine_may_be_http(url: str) -> None:
    assert accepted(INSTALL_URLS=f"whs={url}").install_urls == {InstallTargetSystem.WHS: url}


@pytest.mark.parametrize(
    ("text", "origin", "authority", "loopback"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9", True),
        ("http://localhost:80/", "http://localhost", "localhost", True),
        ("https://app.localhost:80", "https://app.localhost:80", "app.localhost:80", True),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]:8000", True),
        ("HTTPS://MARKET.example:443", "https://market.example", "market.example", False),
        ("https://[2001:DB8:0:0::1]", "https://[2001:db8::1]", "[2001:db8::1]", False),
        ("http://0.0.0.0:8000", "http://0.0.0.0:8000", "0.0.0.0:8000", False),
        ("https://localhost.example", "https://localhost.example", "localhost.example", False),
        ("https://notlocalhost", "https://notlocalhost", "notlocalhost", False),
    ],
)
def test_an_origin_has_one_spelling(text: str, origin: str, authority: str, loopback: bool) -> None:
    public_url = accepted(PUBLIC_URL=text).public_url
    assert (str(public_url), public_url.authority, public_url.is_loopback) == (origin, authority, loopback)


@pytest.mark.parametrize(
    ("public_url", "own"),
    [
        ("http://127.0.0.1:8000", {"http://127.0.0.1:8000", "http://localhost:8000"}),
        ("http://localhost", {"http://127.0.0.1", "http://localhost"}),
        ("http://127.0.0.2:8000", {"http://127.0.0.2:8000"}),
        ("http://app.localhost:8000", {"http://app.localhost:8000"}),
        ("https://market.example", {"https://market.example"}),
    ],
)
def test_our_own_origin_is_one_but_for_the_two_names_of_this_machine(public_url: str, own: set[str]) -> None:
    settings = accepted(PUBLIC_URL=public_url)
    assert settings.own_origins == own
    assert dataclasses.replace(settings, is_open_to_others=True).own_origins == {public_url}


@pytest.mark.parametrize(
    "text",
    [
        "market.example",
        "ftp://market.example",
        "https://",
        "https:///x",
        "https://market.example/path",
        "https://market.example?",
        "https://market.example/#",
        "https://user:hunter2@market.example",
        "https://@market.example",
        "https://market.example:",
        "https://market.example:0",
        "https://market.example:99999",
        "https://market.example:x",
        "https://market..example",
        "https://-market.example",
        "https://market.example.",
        "https://märket.example",
        "https://market.example\n",
        "https://mar\tket.example",
        "https://market.example\\@evil.example",
        "https://[::1",
        "https://[::1]x",
        "https://[fe80::1%25eth0]",
        "https://[market.example]",
        f"https://{'a' * 254}",
    ],
)
@pytest.mark.parametrize("name", ["PUBLIC_URL", "INTERNAL_URL"])
def test_what_is_not_an_origin_is_refused(name: str, text: str) -> None:
    told = refusal(**{name: text})
    assert f"FLEETPROMPT_{name}: must be " in told
    assert "https://fleetprompt.example" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "mysql://db/x", "postgresql://user:password@host/database"),
        ("DATABASE_URL", "host=db password=hunter2", "postgresql://user:password@host/database"),
        ("DATABASE_URL", "postgresql+psycopg://db/x", "postgresql://user:password@host/database"),
        ("DATABASE_URL", "postgresql://u:hunter2#x@db:a/x", "percent-encode special characters"),
        ("DATABASE_URL", "postgresql://u:hun ter2@db/x", "percent-encode special characters"),
        ("REDIS_URL", "http://cache", "redis://host:6379/0"),
        ("MIGRATE_DATABASE_URL", "postgresql://db/x", "FLEETPROMPT_DATABASE_URL names; set both"),
        ("DATA_DIR", "data", "must be an absolute path"),
        ("DATA_DIR", "~/data", "must be an absolute path"),
        ("DATA_DIR", "/srv/../etc", "must be an absolute path"),
        ("MASTER_KEYS", "hunter2", "entry 1 must be a version such as v1"),
        ("MASTER_KEYS", "v1:hunter2", "the key of v1 must be 32 random bytes in base64"),
        ("TRUSTED_PROXIES", "proxy.example", "entry 1 must be an address or a network"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,", "entry 2 must be an address or a network"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "entry 1 names every address"),
        ("TRUSTED_PROXIES", "::/0", "entry 1 names every address"),
        ("INSTALL_URLS", "https://whs.example", "must be like whs=https://"),
        ("INSTALL_URLS", "github=https://whs.example", "the systems are whs, agentromatic, agentelic"),
        ("INSTALL_URLS", "whs=http://whs.example", "entry 1 must be a URL such as https://"),
        ("INSTALL_URLS", "whs=http://127.0.0.1.example/", "http is for this machine alone"),
        ("INSTALL_URLS", "whs=http://10.0.0.1:80/", "http is for this machine alone"),
        ("INSTALL_URLS", "whs=javascript:alert(1)//https://", "entry 1 must be a URL such as https://"),
        ("INSTALL_URLS", "whs=https://u:hunter2@whs.example", "without credentials or fragment"),
        ("INSTALL_URLS", "whs=https://whs.example/#x", "without credentials or fragment"),
        ("INSTALL_URLS", f"whs=https://whs.example/{'a' * 2048}", "entry 1 must be a URL"),
        ("INSTALL_URLS", "whs=https://a.example,whs=https://b.example", "gives one system twice"),
        ("ABUSE_CONTACT", "call me", "must be an e-mail address or an https URL"),
        ("ABUSE_CONTACT", "http://market.example/abuse", "must be an e-mail address or an https URL"),
        ("ABUSE_CONTACT", "<b>@market.example", "must be an e-mail address or an https URL"),
        ("METRICS_TOKEN", "hunter2", "must be 16 to 256 letters"),
        ("METRICS_TOKEN", "0123456789 abcdef", "must be 16 to 256 letters"),
        ("METRICS_TOKEN", "a" * 257, "must be 16 to 256 letters"),
        ("RATE_LIMITS", "none", "entry 1 must be like redeem=600/min"),
        ("RATE_LIMITS", "redem=1/s", "did you mean redeem?"),
        ("LOG_LEVEL", "verbose", "must be one of: debug, info"),
        ("ISOLATION", "read committed", "must be one of: repeatable read, serializable"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_the_remedy(name: str, value: str, told: str) -> None:
    message = refusal(**{name: value})
    assert f"FLEETPROMPT_{name}: " in message
    assert told in message
    assert "hunter2" not in message


def test_limits_can_be_off() -> None:
    settings = accepted(RATE_LIMITS="off")
    assert settings.rate_limits == {}
    assert not settings.has_limits


def test_an_abuse_contact_may_be_a_page() -> None:
    assert accepted(ABUSE_CONTACT="https://market.example/abuse").abuse_contact == "https://market.example/abuse"
