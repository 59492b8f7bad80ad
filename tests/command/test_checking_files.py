"""`./hub check` tries the bucket of files before members do."""

from collections.abc import Callable

from chat.config import Settings
from command import checking
from tests import servers


def test_a_bucket_is_tried(setting: Callable[..., Settings]) -> None:
    assert not list(checking._bucket(setting()))
    with servers.private_bucket() as bucket:
        [right] = checking._bucket(setting(**bucket))
        [wrong] = checking._bucket(setting(**{**bucket, "HUB_S3_BUCKET": "another"}))
    assert (right.level, right.subject) == ("ok", "files")
    assert wrong.level == "wrong"
    assert "another can’t be used" in wrong.sentence
