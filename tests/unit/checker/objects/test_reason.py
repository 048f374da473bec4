"""Reasons by key: what a key is, and what a reason is not."""

import pytest

from driftlab.checker.objects.reason import Reason, reason


def test_a_reason_is_its_key_and_its_values():
    assert reason("too-few", ready=2) == Reason("too-few", {"ready": 2})
    assert {reason("too-few"), reason("too-few")} == {Reason("too-few")}, "one can be kept in a set"


@pytest.mark.parametrize("key", ["few", "Too-few", "too few", "too_few", "too-", "", "zu-wenige-ä"])
def test_a_key_is_two_words_or_more_with_hyphens(key):
    with pytest.raises(ValueError, match="two words or more with hyphens"):
        reason(key)


@pytest.mark.parametrize("write", [str, "{}".format, lambda one: f"not yet: {one}"])
def test_a_reason_is_no_text_before_its_sentence_is_found(write):
    """Learners would read the code's own notation; this way it is an error with a line."""
    with pytest.raises(TypeError, match="the reason too-few is no text: give it as a value"):
        write(reason("too-few"))
