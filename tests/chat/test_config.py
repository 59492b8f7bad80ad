from dataclasses import FrozenInstanceError

import pytest

from chat.config import SettingError, read


def test_without_anything_set_there_are_defaults():
    s = read({})
    assert (s.port, s.dev, s.rate_limits, s.database_url) == (8000, False, True, "")
    assert (s.origin, s.tls, s.mailbox) == ("http://127.0.0.1:8000", False, False)
    with pytest.raises(FrozenInstanceError):
        s.port = 1


def test_an_empty_variable_is_as_good_as_none():
    assert read({"PORT": " ", "HUB_NAME": ""}) == read({})


@pytest.mark.parametrize("yes", ["1", "true", "TRUE", "yes", "on"])
@pytest.mark.parametrize("no", ["0", "false", "no", "Off"])
def test_yes_and_no(yes, no):
    assert read({"HUB_DEV": yes}).dev is True
    assert read({"HUB_RATE_LIMITS": no}).rate_limits is False


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PORT", "http", "PORT must be a whole number, not “http”."),
        ("PORT", "80.5", "PORT must be a whole number, not “80.5”."),
        ("PORT", "0", "PORT must be between 1 and 65535."),
        ("PORT", "65536", "PORT must be between 1 and 65535."),
        ("HUB_DEV", "maybe", "HUB_DEV must be 1 or 0, not “maybe”."),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must be a postgresql:// address."),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must be a redis://, rediss:// or unix:// address."),
        ("HUB_QUEUE_URL", "cache:6379", "HUB_QUEUE_URL must be a redis://, rediss:// or unix:// address."),
        ("HUB_REDIS_CLUSTER", "1", "HUB_QUEUE_URL must be the address of a Redis that is no cluster, where HUB_REDIS_CLUSTER is set and REDIS_URL names the cluster."),
        ("HUB_PUBLIC_URL", "hub.example.org", "HUB_PUBLIC_URL must be an address like https://hub.example.org, without a path."),
        ("HUB_PUBLIC_URL", "https://hub.example.org/", "HUB_PUBLIC_URL must be an address like https://hub.example.org, without a path."),
        ("HUB_PUBLIC_URL", "https://", "HUB_PUBLIC_URL must be an address like https://hub.example.org, without a path."),
        ("HUB_SMTP_URL", "mail.example.org", "HUB_SMTP_URL must be an smtp:// or smtps:// address."),
        ("HUB_FOUND_NETWORKS", "all", "HUB_FOUND_NETWORKS must be `members` or `admins`."),
        ("HUB_LOG_LEVEL", "loud", "HUB_LOG_LEVEL must be debug, info, warning or error."),
        ("HUB_LOG_FORMAT", "xml", "HUB_LOG_FORMAT must be `text` or `json`."),
        ("HUB_WORKERS", "0", "HUB_WORKERS must be 1 or more."),
        ("HUB_DB_POOL", "-1", "HUB_DB_POOL must be 1 or more."),
        ("HUB_LIVE_HEARTBEAT", "0", "HUB_LIVE_HEARTBEAT must be 1 or more."),
        ("HUB_LIVE_SUBSCRIPTIONS", "0", "HUB_LIVE_SUBSCRIPTIONS must be 1 or more."),
        ("HUB_LIVE_PER_MEMBER", "0", "HUB_LIVE_PER_MEMBER must be 1 or more."),
        ("HUB_LIVE_PER_ADDRESS", "0", "HUB_LIVE_PER_ADDRESS must be 1 or more."),
        ("HUB_LIVE_OPS", "0", "HUB_LIVE_OPS must be 1 or more."),
        ("HUB_LIVE_LEASE", "0", "HUB_LIVE_LEASE must be 1 or more."),
        ("HUB_LIVE_STALL", "0", "HUB_LIVE_STALL must be 1 or more."),
    ],
)  # fmt: skip
def test_each_wrong_value_gets_its_sentence(variable, value, sentence):
    with pytest.raises(SettingError) as refused:
        read({variable: value})
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"HUB_HOST": "0.0.0.0", "PORT": "81"}, "http://127.0.0.1:81"),
        ({"HUB_HOST": "::1"}, "http://[::1]:8000"),
        ({"HUB_HOST": "hub.local"}, "http://hub.local:8000"),
        ({"HUB_PUBLIC_URL": "https://hub.example.org"}, "https://hub.example.org"),
        ({"HUB_PUBLIC_URL": "http://[::1]:8080"}, "http://[::1]:8080"),
    ],
)
def test_where_links_in_letters_lead(environ, origin):
    assert read(environ).origin == origin


def test_letters_stay_in_the_mailbox_only_in_development_without_smtp():
    assert read({"HUB_DEV": "1"}).mailbox
    assert not read({"HUB_DEV": "1", "HUB_SMTP_URL": "smtp://mail"}).mailbox
    assert not read({}).mailbox
