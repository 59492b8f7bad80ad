"""Letters of a mailing list, threaded by what they refer to, and read however they were written."""

import base64
import gzip
import quopri

import pytest

from chat import importing
from chat.errors import NotFound
from tests import cast
from tests.chat.importing.forums import letter, mailbox

BEN = "Ben Okafor <ben@hospital.example.org>"


async def bring(db, folder, network, *letters, **how):
    (folder / "list.mbox").write_bytes(mailbox(*letters))
    return await importing.import_mbox(db, [folder / "list.mbox"], into=network.slug, **how)


async def threads(db):
    """Title, number, its author, what it answers, and its text."""
    rows = await cast.rows(
        db,
        "SELECT title, post.number, member.name, parent.number AS parent, post.body, post.html, post.created_at FROM post "
        "JOIN topic ON topic.id = post.topic_id JOIN member ON member.id = post.author_id "
        "LEFT JOIN post AS parent ON parent.id = post.parent_id ORDER BY topic.created_at, topic.id, post.number",
    )
    return rows


async def body_of(db, folder, network, *args, **how):
    await bring(db, folder, network, letter(1, *args, **how))
    [one] = await threads(db)
    return one.body


def day(n):
    return f"Tue, {n} Mar 2015 10:00:00 +0100"


async def test_threads_are_tied_by_references_then_by_their_subject(db, tmp_path, open_network):
    await bring(
        db, tmp_path, open_network,
        letter(1, "Who washes?", date=day(1), subject="[wards] Hand washing"),
        letter(2, "We do.", date=day(2), subject="Re: [wards] Hand washing", sender=BEN, In_Reply_To="<1@lists.example.org>"),
        letter(3, "How?", date=day(3), subject="RE: Hand washing", References="<gone@x.example>\n <1@lists.example.org>\n\t<2@lists.example.org>"),
        letter(4, "By subject alone.", date=day(4), subject="AW: hand  WASHING", sender=BEN),
        letter(5, "Another matter.", date=day(5), subject="Hand washing"),
        letter(6, "Both answer", date=day(6), subject="Lost root", References="<lost@x.example>"),
        letter(7, "the same lost one.", date=day(7), subject="Else", References="<lost@x.example>", sender=BEN),
        letter(8, "Much later.", date="Wed, 2 Dec 2015 10:00:00 +0000", subject="Re: Hand washing"),
    )  # fmt: skip
    assert [(t.title, t.number, t.name, t.parent) for t in await threads(db)] == [
        ("Hand washing", 1, "Ana Lima", None),
        ("Hand washing", 2, "Ben Okafor", 1),
        ("Hand washing", 3, "Ana Lima", 2),
        ("Hand washing", 4, "Ben Okafor", 1),
        ("Hand washing", 1, "Ana Lima", None),
        ("Lost root", 1, "Ana Lima", None),
        ("Lost root", 2, "Ben Okafor", 1),
        ("Hand washing", 1, "Ana Lima", None),
    ]


async def test_circles_and_wrong_clocks_lose_nothing(db, tmp_path, open_network):
    ids = "abcde"
    circle = [
        letter(id, f"Letter {id}.", date=day(n + 1), References=f"<{ids[(n + 1) % 5]}@lists.example.org>")
        for n, id in enumerate(ids)
    ]
    own = letter("own", "I answer myself.", date=day(7), In_Reply_To="<own@lists.example.org>", subject="Own")
    early = letter(
        "early",
        "My clock is wrong.",
        date="Thu, 1 Jan 2009 10:00:00 +0000",
        In_Reply_To="<own@lists.example.org>",
        subject="Re: Own",
    )
    await bring(db, tmp_path, open_network, *circle, own, early)
    found = await threads(db)
    assert sorted(t.body for t in found) == sorted(
        [*(f"Letter {id}." for id in ids), "I answer myself.", "My clock is wrong."]
    )
    assert [(t.number, t.parent, t.created_at.year) for t in found if t.title == "Own"] == [
        (1, None, 2015),
        (2, 1, 2009),
    ]


async def test_nobodys_address_is_shown(db, tmp_path, open_network):
    text = (
        "On Monday, Ana Lima <ana@lists.example.org> wrote:\n> write to ana@lists.example.org\n\n"
        "Mine is ben (at) hospital.example.org, see https://hospital.example.org/ at www.example.org"
    )
    await bring(
        db, tmp_path, open_network,
        letter(1, text, sender="ben@hospital.example.org", subject="From ben@hospital.example.org"),
        letter(2, "Two.", sender='"ben@hospital.example.org" <ben@hospital.example.org>', date=day(3)),
        letter(3, "Three.", sender="carol at wards.example.org (Carol Nguyen)", date=day(4)),
        letter(4, "Four.", sender=None, date=day(5)),
    )  # fmt: skip
    found = await threads(db)
    shown = str([tuple(t) for t in found]) + str(
        [
            tuple(r)
            for r in await cast.rows(db, "SELECT name, handle FROM member WHERE imported_at IS NOT NULL")
        ]
    )
    assert "@" not in shown
    assert "hospital.example.org" in shown  # only as the address of a page
    assert "ben" not in shown
    assert "at www.example.org" in found[0].body
    assert found[0].body.startswith(
        "On Monday, Ana Lima wrote:\n\n> write to (e-mail address)\n\nMine is (e-mail address)"
    )
    assert [t.name for t in found] == [
        "A member of the list",
        "A member of the list",
        "Carol Nguyen",
        "Former member",
    ]
    members = "SELECT count(*) FROM member WHERE email = 'ben@hospital.example.org' AND password_hash IS NULL"
    assert await cast.value(db, members) == 1


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        ("Größe zählt – 5 €".encode(), {"kind": "text/plain; charset=utf-8"}),
        ("Größe zählt – 5 €".encode("cp1252"), {"kind": "text/plain; charset=windows-1252"}),
        ("Größe zählt – 5 €".encode("cp1252"), {"kind": "text/plain; charset=utf-8"}),
        ("Größe zählt – 5 €".encode("cp1252"), {"kind": "text/plain; charset=x-no-such-thing"}),
        ("Größe zählt – 5 €".encode("cp1252"), {"kind": "text/plain"}),
        (quopri.encodestring("Größe zählt – 5 €".encode()), {"Content_Transfer_Encoding": "quoted-printable"}),
        (base64.encodebytes("Größe zählt – 5 €".encode()), {"Content_Transfer_Encoding": "base64"}),
        (base64.encodebytes("Größe zählt – 5 €".encode("utf-16")), {"kind": "text/plain; charset=utf-16", "Content_Transfer_Encoding": "base64"}),
        (b"Gr&ouml;&szlig;e <b>z&auml;hlt</b> &ndash; 5&nbsp;&euro;<style>p {}</style>", {"kind": "text/html; charset=us-ascii"}),
    ],
)  # fmt: skip
async def test_every_encoding_is_read(db, tmp_path, open_network, content, headers):
    assert await body_of(db, tmp_path, open_network, content, **headers) == "Größe zählt – 5 €"


async def test_headers_in_all_their_ways(db, tmp_path, open_network):
    await bring(
        db, tmp_path, open_network,
        letter(1, sender="=?iso-8859-1?Q?Jo=E3o?= Lima <joao@x.example>", subject="=?utf-8?B?R3LDtsOfZQ==?= =?utf-8?Q?_z=C3=A4hlt?="),
        letter(2, sender="João Cru <cru@x.example>", subject="Cruà", date="31 Feb 2015 nonsense", Received="by x; Mon, 9 Mar 2015 10:00:00 +0000"),
        letter(3, subject="=?bogus?X?abc?=", date="Mon, 30 Nov 2099 10:00:00 +0000"),
    )  # fmt: skip
    found = {t.title: t for t in await threads(db)}
    assert found["Größe zählt"].name == "João Lima"
    assert found["Cruà"].name == "João Cru"
    assert found["Cruà"].created_at.day == 9
    assert all(t.created_at.year < 2030 for t in found.values())


async def test_quotes_stay_quotes_and_signatures_go(db, tmp_path, open_network):
    text = (
        "Ana wrote:\n>> First.\n> Second\n> goes on.\nMy answer.\n\n# not a heading\nand so on\n-----\n    indented\n"
        "-- \nBen Okafor\nLeeds\n_______________________________________________\nwards mailing list\n"
    )
    await bring(db, tmp_path, open_network, letter(1, text))
    [one] = await threads(db)
    assert one.body == (
        "Ana wrote:\n\n> > First.\n>\n> Second\n> goes on.\n\nMy answer.\n\n\\# not a heading\nand so on\n\\-----\n   indented"
    )
    assert "<p>My answer.</p>" in one.html
    assert "Leeds" not in one.html
    for tag in ("<h", "<pre", "<code"):
        assert tag not in one.html


async def test_flowed_lines_are_whole_and_html_has_its_quotes(db, tmp_path, open_network):
    flowed = letter(1, "One \nline.\n> quoted \n> too.\n-- \nAna", kind="text/plain; format=flowed")
    html = letter(2, "<p>Yes.</p><blockquote>Why?<br>Really?</blockquote><p><a href='https://x.example/'>here</a></p>", kind="text/html", date=day(9), subject="Other")  # fmt: skip
    await bring(db, tmp_path, open_network, flowed, html)
    one, two = await threads(db)
    assert one.body == "One line.\n\n> quoted too."
    assert two.body == "Yes.\n\n> Why?\n> Really?\n\nhere (https://x.example/)"


def parts(*inner, kind="mixed"):
    body = b"".join(b"--B\n" + part + b"\n" for part in inner) + b"--B--\n"
    return {"body": body, "kind": f'multipart/{kind}; boundary="B"'}


async def test_of_several_parts_the_text_comes_and_attachments_are_named(db, tmp_path, open_network):
    both = b'Content-Type: multipart/alternative; boundary="A"\n\n--A\nContent-Type: text/html\n\n<p>HTML</p>\n--A\nContent-Type: text/plain\n\nPlain.\n--A--\n'
    slides = b'Content-Type: application/pdf; name="slides.pdf"\nContent-Disposition: attachment; filename="my_slides.pdf"\n\nJVBERi0='
    signature = b"Content-Type: application/pgp-signature\n\nxx"
    report = await bring(db, tmp_path, open_network, letter(1, **parts(both, slides, signature)))
    [one] = await threads(db)
    assert one.body == "Plain.\n\n*(With this letter came: my\\_slides.pdf.)*"
    assert report.left["attachment", "the import takes texts alone"] == 1
    torn = letter(2, **parts(slides), date=day(2), subject="Torn")[:-20]
    report = await bring(db, tmp_path, open_network, torn)
    assert [t.title for t in await threads(db)] == ["Torn", "Hand washing"]


async def test_the_second_time_changes_nothing_and_twice_in_the_file_comes_once(db, tmp_path, open_network):
    box = [
        letter(n, f"Letter {n}. From here\nFrom there to 2015 it is far", date=day(n + 1)) for n in range(3)
    ]
    report = await bring(db, tmp_path, open_network, *box, box[0], letter(9, "", subject="Empty"))
    before = [tuple(t) for t in await threads(db)]
    assert "\nFrom there to 2015 it is far" in before[0][4]
    assert report.left["letter", "twice in the mailbox"] == 1
    assert report.left["letter", "without a text"] == 1
    report = await bring(db, tmp_path, open_network, *box)
    assert [tuple(t) for t in await threads(db)] == before
    assert (report.came["post"], report.before["post"]) == (0, 3)


async def test_files_that_are_no_mailbox_are_refused(db, tmp_path, open_network):
    for content in (
        b"PK\x03\x04 a zip",
        b"Dear all,\nhello",
        gzip.compress(mailbox(letter(1, "x" * 9000)))[:-30],
    ):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(importing.Broken):
            await importing.import_mbox(db, [tmp_path / "file"], into=open_network.slug)
    with pytest.raises(NotFound):
        await importing.import_mbox(db, [tmp_path / "file"], into="nowhere")
    assert await cast.value(db, "SELECT count(*) FROM topic") == 0
    (tmp_path / "good.gz").write_bytes(gzip.compress(mailbox(letter(1, "Packed."))))
    await importing.import_mbox(db, [tmp_path / "good.gz"], into=open_network.slug)
    assert [t.body for t in await threads(db)] == ["Packed."]
