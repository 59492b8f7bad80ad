import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.errors import Invalid
from chat.fields import line, one_of, prose, slug_of, whole_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   Lima ", "Ana Lima"),
        ("two\nlines", "two lines"),
        ("zero\u0000 and bell\u0007", "zero and bell"),
        ("abc\u202edcba\u2066", "abcdcba"),
        ("cafe\u0301", "café"),
        ("\ue000marked\ue001", "marked"),
        ("👩🏽‍⚕️", "👩🏽‍⚕️"),
    ],
)
def test_a_line_is_brought_into_shape(typed, kept):
    assert line("name", typed, 80, called="The name") == kept


def test_prose_keeps_its_lines():
    assert prose("body", "\r\n a\r\n\r\n\tb \n", 100, called="It") == "a\n\n\tb"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: line("name", "", 80, called="The name"), "The name can’t be empty."),
        (lambda: line("name", None, 80, called="The name"), "The name can’t be empty."),
        (lambda: line("name", "xxxx", 3, called="The name"), "The name can have 3 characters at most; this has 4."),
        (lambda: line("name", 3, 3, called="The name"), "The name must be text."),
        (lambda: line("name", "\udc80", 3, called="The name"), "The name holds characters that are no text."),
        (lambda: prose("body", "é" * 1025, 2048, called="It"), "It can be 2 KB at most; this is 3 KB."),
        (lambda: one_of("a", "x", ("b", "c"), called="It"), "It must be one of: b, c."),
        (lambda: one_of("a", ["b"], ("b", "c"), called="It"), "It must be one of: b, c."),
        (lambda: whole_number("n", "x", 1, 9, called="It"), "It must be a whole number."),
        (lambda: whole_number("n", 1.5, 1, 9, called="It"), "It must be a whole number."),
        (lambda: whole_number("n", True, 1, 9, called="It"), "It must be a whole number."),
        (lambda: whole_number("n", "9" * 5000, 1, 9, called="It"), "It must be a whole number."),
        (lambda: whole_number("n", "10", 1, 9, called="It"), "It must be between 1 and 9."),
    ],
)  # fmt: skip
def test_each_refusal_names_the_mend(make, sentence):
    with pytest.raises(Invalid) as refused:
        make()
    assert refused.value.sentence == sentence


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_a_slug_is_always_fit_for_an_address(name):
    slug = slug_of(name)
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug) <= 50
    assert slug == slug.strip("-")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_typed_can_be_stored(typed):
    try:
        kept = line("name", typed, 300, called="The name", required=False)
    except Invalid:
        return
    assert "\x00" not in kept
    assert line("name", kept, 300, called="The name", required=False) == kept
