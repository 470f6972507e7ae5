"""Parsing and validation of book.yml."""

from __future__ import annotations

from typing import Any

import pytest

from inforce.errors import SettingsError, ShapeError
from inforce.fields import Fields, Source
from inforce.language import Language
from inforce.policy.settings import Publisher, Settings, site_address, web_address


def least() -> dict[str, Any]:
    """The required settings."""
    return {
        "publisher": {"name": "Shop", "url": "https://shop.example/", "contact": "privacy@shop.example"},
        "site": "https://policies.shop.example/",
        "timezone": "Asia/Shanghai",
        "languages": ["en", "zh-Hans"],
    }


def read(data: object) -> Settings:
    return Settings.from_shape(Fields(data, error=SettingsError), Source(path="book.yml"))


def test_optional_settings_have_defaults() -> None:
    settings = read(least())
    assert settings.publisher == Publisher(name="Shop", url="https://shop.example/", contact="privacy@shop.example")
    assert settings.languages == (Language("en"), Language("zh-Hans"))
    assert settings.timezone.key == "Asia/Shanghai"
    assert (settings.notice_days, settings.signing, settings.disclaimer) == ({}, (), {})
    assert (settings.poll_seconds, settings.manifest_days, settings.compare_pairs) == (86_400, 30, 200)


def test_all_settings_are_parsed() -> None:
    more = {
        "notice_days": {"material": "30", "editorial": "0"},
        "poll_seconds": "3600",
        "manifest_days": "7",
        "compare_pairs": "0",
        "signing": [{"kid": "k1", "public": {"kty": "OKP", "crv": "Ed25519", "x": "abc"}}],
        "disclaimer": {"en": "Translations are a courtesy."},
    }
    settings = read(least() | more)
    assert settings.notice_days == {"material": 30, "editorial": 0}
    assert (settings.poll_seconds, settings.manifest_days, settings.compare_pairs) == (3600, 7, 0)
    assert [(key.kid, key.public["x"]) for key in settings.signing] == [("k1", "abc")]
    assert settings.disclaimer == {Language("en"): "Translations are a courtesy."}


KEY = {"kty": "OKP", "crv": "Ed25519", "x": "abc"}


@pytest.mark.parametrize(
    ("change", "path", "problem"),
    [
        pytest.param(
            {"site": "http://policies.example/"}, "site", "expected an https address", id="http instead of https"
        ),
        pytest.param({"timezone": "Mars/Olympus"}, "timezone", "expected a name of the IANA", id="no zone"),
        pytest.param({"languages": []}, "languages", "lists no language", id="no language"),
        pytest.param({"languages": ["en", "en"]}, "languages", "lists a language twice", id="a language twice"),
        pytest.param(
            {"languages": ["en", "pt-br"]},
            "languages[1]",
            "expected the spelling “pt-BR”",
            id="wrong spelling of a language",
        ),
        pytest.param({"languages": "en"}, "languages", "expected a list, got text", id="one language without a list"),
        pytest.param({"publisher": {"name": "Shop"}}, "publisher.url", "is missing", id="no address of the publisher"),
        pytest.param(
            {"publisher": {"name": "S", "url": "javascript:alert(1)", "contact": "c"}},
            "publisher.url",
            "expected a web address",
            id="a javascript address",
        ),
        pytest.param(
            {"notice_days": {"huge": "3"}}, "notice_days.huge", "is not a change level", id="an unknown level"
        ),
        pytest.param({"notice_days": {"notice": "-1"}}, "notice_days.notice", "expected a whole number", id="negative"),
        pytest.param({"poll_seconds": "5"}, "poll_seconds", "expected a whole number from 60 to", id="polls too often"),
        pytest.param(
            {"manifest_days": "0"}, "manifest_days", "expected a whole number from 1 to 366", id="no lifetime"
        ),
        pytest.param({"disclaimer": {"xx": "a"}}, "disclaimer.xx", "expected a language tag", id="an invalid language"),
        pytest.param(
            {"signing": [{"kid": "k", "public": KEY | {"d": "secret"}}]},
            "signing[0].public.d",
            "belongs to a private key",
            id="a private key",
        ),
        pytest.param(
            {"signing": [{"kid": "k", "public": {"kty": "oct", "k": "secret"}}]},
            "signing[0].public.k",
            "belongs to a private key",
            id="a shared secret",
        ),
        pytest.param(
            {"signing": [{"kid": "k", "public": KEY}] * 2},
            "signing[1].kid",
            "lists the same key twice",
            id="a key twice",
        ),
        pytest.param({"sites": "x"}, "sites", "is not a known field here", id="an unknown member"),
        pytest.param(
            {"publisher": {**least()["publisher"], "mail": "x"}}, "publisher.mail", "is not a known field", id="inside"
        ),
    ],
)
def test_invalid_setting_is_rejected_with_the_field(change: dict[str, object], path: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(least() | change)
    assert refused.value.path == path
    assert refused.value.problem.startswith(problem)


@pytest.mark.parametrize("member", list(least()))
def test_missing_required_setting_is_rejected(member: str) -> None:
    with pytest.raises(ShapeError, match=f"^{member} is missing"):
        read({name: value for name, value in least().items() if name != member})


def test_message_does_not_contain_the_secret() -> None:
    with pytest.raises(SettingsError) as refused:
        read(least() | {"signing": [{"kid": "k", "public": KEY | {"d": "s3cr3t"}}]})
    assert "s3cr3t" not in str(refused.value)
    assert "create a new key pair" in refused.value.fix


@pytest.mark.parametrize(
    "address",
    [
        "https://policies.example/",
        "https://example.org/legal/v2/",
        "https://xn--mnchen-3ya.example/",
        "https://policies.example:8443/",
        "http://localhost:8000/",
        "http://127.0.0.1:8000/site/",
    ],
)
def test_site_address_may_be_https_or_http_on_loopback(address: str) -> None:
    assert site_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("policies.example/", id="no scheme"),
        pytest.param("https://policies.example", id="no slash at the end"),
        pytest.param("https://policies.example/legal", id="no slash after the path"),
        pytest.param("https://Policies.example/", id="upper case"),
        pytest.param("https://münchen.example/", id="letters outside ASCII"),
        pytest.param("https://me:secret@policies.example/", id="credentials"),
        pytest.param("https://policies.example/?a=b/", id="a query"),
        pytest.param("https://policies.example/#a/", id="a fragment"),
        pytest.param("https://policies.example/a/../b/", id="a parent segment"),
        pytest.param("https://policies.example//", id="an empty segment"),
        pytest.param("https://policies .example/", id="a blank"),
        pytest.param("https://policies.example/\n", id="a line end"),
        pytest.param("https://[::1/", id="half an address"),
        pytest.param("https:///", id="no host"),
        pytest.param("http://policies.example/", id="no encryption"),
        pytest.param("http://localhost.evil.example/", id="a host that resembles localhost"),
        pytest.param("file:///srv/", id="a file"),
    ],
)
def test_invalid_site_address_is_rejected(address: str) -> None:
    with pytest.raises(ValueError, match="expected an https address in lower-case ASCII that ends in “/”"):
        site_address(address)


@pytest.mark.parametrize("address", ["https://shop.example", "http://shop.example/a?b=c#d", "https://münchen.example/"])
def test_valid_publisher_address_is_accepted(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//shop.example", "https://", "https://a@b/", "https://a b/"]
)
def test_unsafe_publisher_address_is_rejected(address: str) -> None:
    with pytest.raises(ValueError, match="expected a web address such as"):
        web_address(address)
