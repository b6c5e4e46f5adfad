"""The QR code and the poster of a sign-up form: what is read from them, and that all fits."""

import io
import re
from dataclasses import replace

from lxml import etree
from PIL import Image
from pypdf import PdfReader

from promosms.documents import poster, qr_code
from promosms.documents.poster import Poster
from tests.support import qr_reader

ADDRESS = "https://localhost:8443/join/k7m2x9qf4d"
POSTER = Poster(
    language="pl",
    shop="Kwiaciarnia Żółta Łąka",
    title="Świeże kwiaty i zniżki",
    lead="Zapisz się.",
    scan="Zeskanuj aparatem telefonu",
    address=ADDRESS,
    or_open="albo otwórz",
    or_text="albo wyślij KWIATY na +48 799 599 111",
    words="Zgadzam się na SMS-y.",
    stop="Możesz zrezygnować.",
)
LONG = replace(
    POSTER,
    shop="Przedsiębiorstwo Wielobranżowe " * 4,
    title="W" * 120,
    lead="Lead " * 60,
    address="https://" + "a-very-long-name." * 8 + "example/join/k7m2x9qf4d",
    words="Zgadzam się na wszystko, co tu napisano. " * 120,
)


def opened(of: Poster) -> PdfReader:
    return PdfReader(io.BytesIO(poster.render(of)))


def text_of(of: Poster) -> str:
    """The words of the only page, as if no line ended."""
    (page,) = opened(of).pages
    text = page.extract_text().replace("\u200b", "").replace("\u00a0", " ")
    return " ".join(text.split())


def place(page: list[float], text: list[float]) -> tuple[float, float]:
    """Where a piece of text begins: the matrix of the text, then that of the page."""
    x, y = text[4:]
    return page[0] * x + page[2] * y + page[4], page[1] * x + page[3] * y + page[5]


def modules(file: bytes) -> list[list[bool]]:
    """The squares of a picture with its quiet zone, row by row; True is dark."""
    picture = Image.open(io.BytesIO(file)).convert("L")
    dots = picture.width // 37
    assert dots * 37 == picture.width == picture.height
    middle = [at * dots + dots // 2 for at in range(37)]
    return [[picture.getpixel((x, y)) < 128 for x in middle] for y in middle]


def test_the_picture_for_print_leads_to_the_address() -> None:
    file = qr_code.png(ADDRESS)
    squares = modules(file)
    assert Image.open(io.BytesIO(file)).width >= 1000
    assert not any(sum(row) for row in squares[:4] + squares[-4:]), "a quiet zone"
    assert not any(sum(row[:4] + row[-4:]) for row in squares)
    assert qr_reader.read([row[4:-4] for row in squares[4:-4]]) == ADDRESS


def test_the_drawing_has_the_same_dark_squares_on_white() -> None:
    drawing = etree.fromstring(qr_code.svg(ADDRESS))
    ground, squares = drawing.iter("{*}path")
    assert (ground.get("fill"), squares.get("stroke")) == ("#fff", "#000")
    rows, y = [0] * 37, 0.0
    for letter, values in re.findall(r"([Mmh])([^Mmh]*)", squares.get("d")):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", values)]
        if letter == "h":
            rows[int(y)] += int(numbers[0])
        else:
            y = numbers[1] + (y if letter == "m" else 0)
    assert rows == [sum(row) for row in modules(qr_code.png(ADDRESS))]


def test_the_poster_says_everything_once_on_one_page() -> None:
    text = text_of(POSTER)
    for words in (POSTER.shop, POSTER.title, POSTER.lead, POSTER.scan, POSTER.or_open):
        assert text.count(words) == 1
    for words in (POSTER.or_text, POSTER.words, POSTER.stop, " localhost:8443/join/k7m2x9qf4d"):
        assert text.count(words) == 1
    assert "\ufffd" not in text
    about = opened(POSTER).metadata
    assert (about.title.replace("\u00a0", " "), about.author) == (POSTER.title, POSTER.shop)
    assert about.creation_date is None, "the same words, the same bytes"


def test_whatever_is_long_fits_the_page() -> None:
    (page,) = opened(LONG).pages
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    parts: list[tuple] = []
    page.extract_text(visitor_text=lambda *part: parts.append(part))
    places = [place(*part[1:3]) for part in parts if part[0].strip()]
    assert len(places) > 40
    assert all(40 < x < width - 40 and 40 < y < height - 40 for x, y in places)
    text = text_of(LONG).replace(" ", "")
    assert text.count("W") >= 120
    assert text.count("Zgadzamsięnawszystko,") == 120
    assert LONG.stop.replace(" ", "") in text
    assert LONG.address.removeprefix("https://") in text


def test_signs_without_a_glyph_are_left_out_and_letters_are_named() -> None:
    odd = replace(POSTER, title="Kwiaty 🎉👩🏽‍🌾 dla\tWas, 花", lead="<b>#[Zapis]*_$x$ \\")
    text = text_of(odd)
    assert "Kwiaty dla Was, \ufffd" in text
    assert "<b>#[Zapis]*_$x$ \\" in text
    assert poster.unprintable(odd.title) == ["花"]
