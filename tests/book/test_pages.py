"""The built pages: complete in themselves, linked without a gap, the same in both languages."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
TWIN = {"es": "en", "en": "es"}
PAGES = sorted(page.relative_to(HTML).as_posix() for page in HTML.glob("e[ns]/*.html"))
CHAPTERS = [page for page in PAGES if not page.endswith("/search.html")]


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def is_address(link: str) -> bool:
    return bool(re.match(r"[a-z][a-z0-9+.-]*:|//", link))


def resources(soup) -> list[str]:
    """What a browser fetches by itself to show a page."""
    found = [tag[name] for name in ("src", "poster", "data") for tag in soup.find_all(attrs={name: True})]
    found += [part.split()[0] for tag in soup.find_all(srcset=True) for part in tag["srcset"].split(",")]
    kinds = {"canonical", "alternate", "next", "prev", "search"}
    return found + [tag["href"] for tag in soup.find_all("link", href=True) if not kinds & set(tag["rel"])]


def external_resources(soup) -> list[str]:
    inline = [tag.get_text() for tag in soup.find_all(["script", "style"])]
    inline += [tag["style"] for tag in soup.find_all(style=True)]
    return [link for link in resources(soup) if is_address(link) and not link.startswith("data:")] + [
        address for text in inline for address in re.findall(r"https?://[^\s\"')]+", text)
    ]


def missing_resources(soup, folder: Path) -> list[str]:
    own = [re.sub(r"[?#].*", "", link) for link in resources(soup) if not is_address(link)]
    return [link for link in own if not (folder / unquote(link)).is_file()]


def dead_links(soup, page: Path) -> list[str]:
    dead = []
    for link in (tag["href"] for tag in soup.find_all("a", href=True)):
        parts = urlsplit(link)
        if is_address(link):
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        opened = [HTML / "lite/files" / notebook for notebook in parse_qs(parts.query).get("path", [])]  # JupyterLite
        missing = not all(file.is_file() for file in (target, *opened))
        if missing or parts.fragment and not read(target).find(id=unquote(parts.fragment)):
            dead.append(link)
    return dead


def poor_images(soup) -> list[str]:
    """Images with no alternative text, or with the name of a file for one, or that will move the text."""
    return [
        image["src"]
        for image in soup.find_all("img")
        if not image.get("alt", "").strip()
        or re.search(r"\.(png|svg|jpe?g)$|[0-9a-f]{16}", image["alt"])
        or not {"width", "height"} <= set(image.attrs)
        or image.get("loading") != "lazy"
    ]


def raw_maths(soup) -> list[str]:
    """Maths that reached the reader as TeX."""
    article = BeautifulSoup(str(soup.find("article") or soup), "html.parser")
    for tag in article.find_all(["code", "pre", "annotation", "script", "style"]):
        tag.decompose()
    raw = re.findall(r"\$[^$\n]+\$|\\[([]|\\begin\{", article.get_text())
    empty = [str(tag) for tag in article.find_all(class_="math") if not tag.find(class_="katex-html")]
    return raw + empty + [tag.get_text() for tag in article.find_all(class_="katex-error")]


def english_in_spanish(soup) -> list[str]:
    """Labels of the theme that nobody has translated."""
    words = r"\b(toggle|link to|search|contents|on this page|previous|next|skip|show|hide|the|light|dark)\b"
    labels = [tag[name] for name in ("title", "aria-label", "placeholder", "data-bs-title")
              for tag in soup.find_all(attrs={name: True}) if not tag.find_parent("article") and not tag.get("lang")]
    return [label for label in labels if re.search(words, label, re.IGNORECASE)]


def section_ids(page: str) -> list[str]:
    return [section["id"] for section in read(HTML / page).select("article section")]


def test_the_book_is_built():
    assert PAGES, "there are no pages: run `make book` first"


@pytest.mark.parametrize("page", [*PAGES, "index.html"])
def test_a_page_needs_nothing_from_elsewhere(page):
    path = HTML / page
    assert external_resources(read(path)) == []
    assert missing_resources(read(path), path.parent) == []


@pytest.mark.parametrize("page", [*PAGES, "index.html"])
def test_every_link_within_the_book_leads_somewhere(page):
    assert dead_links(read(HTML / page), HTML / page) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_its_language_and_leads_to_its_twin(page):
    soup = read(HTML / page)
    language, name = page.split("/")
    switch = soup.select_one("a.language-switch")
    assert soup.html["lang"] == language
    assert switch["href"] == f"../{TWIN[language]}/{name}"
    assert switch["lang"] == switch["hreflang"] == TWIN[language]
    assert language == "en" or english_in_spanish(soup) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_title_and_one_main_heading(page):
    soup = read(HTML / page)
    book = {"es": "CNN desde cero", "en": "CNNs from scratch"}[page[:2]]
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile(r"^h[1-6]$"))]
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in zip(levels, levels[1:], strict=False))
    assert book in soup.title.get_text()
    assert len(ids) == len(set(ids)), "an id stands twice"


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_page_says_what_it_is_about(page):
    description = read(HTML / page).find("meta", attrs={"name": "description"})
    assert 40 <= len(description["content"]) <= 161


@pytest.mark.parametrize("page", PAGES)
def test_images_have_words_and_a_size(page):
    assert poor_images(read(HTML / page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_maths_is_rendered(page):
    assert raw_maths(read(HTML / page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_slim(page):
    soup = read(HTML / page)
    assert [link["href"] for link in soup.select("link[rel=stylesheet]")] == ["_static/book.css"]
    assert all(script.has_attr("defer") for script in soup.find_all("script", src=True))
    assert "THEBE" not in str(soup)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_its_colors_at_once_and_does_not_look_for_its_sections_yet(page):
    soup = read(HTML / page)
    (scheme,) = [script.get_text() for script in soup.find_all("script") if "dataset.theme =" in script.get_text()]
    assert '"dark" : "light"' in scheme and 'getItem("theme")' not in scheme
    assert not soup.body.has_attr("data-bs-spy")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_may_load_before_it_loads_anything(page):
    said = read(HTML / page).find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert "default-src 'self' file:;" in said["content"]
    assert said.find_previous(["script", "link", "style"]) is None


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("es/")])
def test_twins_have_the_same_sections(page):
    assert section_ids(page) == section_ids(page.replace("es/", "en/"))


def test_both_languages_have_the_same_pages():
    names = {language: {page[3:] for page in PAGES if page.startswith(language)} for language in TWIN}
    assert names["es"] == names["en"]


@pytest.mark.parametrize("language", TWIN)
def test_the_style_sheet_asks_for_files_that_are_there(language):
    static = HTML / language / "_static"
    css = (static / "book.css").read_text("utf-8")
    addresses = re.findall(r"url\([\"']?(?!data:)([^)\"'#]+)", css)
    assert addresses and "@import" not in css
    assert [address for address in addresses if is_address(address) or not (static / address).is_file()] == []


def test_pages_carry_addresses_only_when_the_book_has_them():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    for page in PAGES:
        soup = read(HTML / page)
        assert bool(soup.select("link[rel=canonical], link[hreflang]")) == bool(config["html"]["baseurl"]), page
        if not config["repository"]["url"]:
            assert not soup.select("[class*=source-edit-button]"), page


@pytest.mark.parametrize(
    ("check", "broken"),
    [
        (external_resources, '<script src="https://example.org/a.js"></script>'),
        (external_resources, '<script>const cdn = "https://example.org"</script>'),
        (external_resources, '<link rel="stylesheet" href="//example.org/a.css">'),
        (external_resources, '<p style="background: url(http://example.org/a.png)">'),
        (poor_images, '<img src="a.png" alt="" width="1" height="1" loading="lazy">'),
        (poor_images, '<img src="a.png" alt="_images/0123456789abcdef.png" width="1" height="1" loading="lazy">'),
        (poor_images, '<img src="a.png" alt="a plot" loading="lazy">'),
        (raw_maths, "<p>Here $x^2$ stands raw.</p>"),
        (raw_maths, r"<p>\(x\)</p>"),
        (raw_maths, '<p><span class="math">x</span></p>'),
        (english_in_spanish, '<button title="Toggle primary sidebar"></button>'),
        (lambda soup: missing_resources(soup, HTML), '<img src="no-such-file.png">'),
        (lambda soup: dead_links(soup, HTML / "index.html"), '<a href="no-such-page.html">x</a>'),
        (lambda soup: dead_links(soup, HTML / "index.html"), '<a href="en/index.html#no-such-place">x</a>'),
    ],
)
def test_the_checks_find_what_is_broken(check, broken):
    assert check(BeautifulSoup(broken, "html.parser"))
