"""Building the book: whole or not at all, and with the addresses that its settings give."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
PAGE = """(top)=
# {name}

This page is just long enough for it to have a description of its own.

(end)=
## The end

From [](#end) to [](01-next.md#end), where $x_{{{name}}}$ is.
"""
SITE, REPOSITORY = "https://example.org/book", "https://github.com/example/book"


def run_build(book: Path, **options) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "book/build.py"], cwd=book, encoding="utf-8",
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def outcome(build: subprocess.Popen) -> tuple[int, str]:
    """The exit status of a build and its last two lines."""
    _, errors = build.communicate(timeout=300)
    return build.returncode, "\n".join(errors.splitlines()[-2:])


def snapshot(book: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (book / "_build").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A book of two short pages, published at an address, and built once."""
    book = tmp_path_factory.mktemp("un libro pequeño")
    for part in ("book/_ext", "book/_static", "book/_templates"):
        shutil.copytree(ROOT / part, book / part, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("book/*.py"), ROOT / "book/references.bib", ROOT / "book/texts.yml"):
        shutil.copy(path, book / "book")
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    settings["repository"]["url"], settings["html"]["baseurl"] = REPOSITORY, SITE
    (book / "_config.yml").write_text(yaml.safe_dump(settings), "utf-8")
    for language in ("es", "en"):
        folder = book / "book" / language
        folder.mkdir()
        (folder / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: 01-next\n", "utf-8")
        for name in ("index", "01-next"):
            (folder / f"{name}.md").write_text(PAGE.format(name=name), "utf-8")
    status, message = outcome(run_build(book))
    assert status == 0, message
    return book


@pytest.fixture
def failing_build(published):
    """Build once more, and see that the book of before is left as it was, with nothing beside it."""
    before = snapshot(published)

    def build(**options):
        status, message = outcome(run_build(published, **options))
        assert status == 1
        assert "is as it was" in message
        return message

    yield build
    assert snapshot(published) == before


@pytest.mark.parametrize(("language", "twin"), [("es", "en"), ("en", "es")])
def test_a_published_book_gives_its_addresses(published, language, twin):
    page = (published / "_build/html" / language / "01-next.html").read_text("utf-8")
    soup = BeautifulSoup(page, "html.parser")
    alternates = {link["hreflang"]: link["href"] for link in soup.select("link[rel=alternate]")}
    edit = soup.select_one("a[class*=source-edit-button]")
    assert soup.select_one("link[rel=canonical]")["href"] == f"{SITE}/{language}/01-next.html"
    assert alternates == {
        language: f"{SITE}/{language}/01-next.html", twin: f"{SITE}/{twin}/01-next.html",
        "x-default": f"{SITE}/en/01-next.html",
    }
    suggestion = soup.select_one("a.suggestion")
    assert soup.select_one('meta[property="og:url"]')["content"] == f"{SITE}/{language}/01-next.html"
    assert soup.select_one('meta[property="og:title"]')["content"] == "01-next"
    assert suggestion["href"] == f"{REPOSITORY}/issues/new?title={language}/01-next%3A%20"
    assert f"\n  url = {{{SITE}/{language}/01-next.html}}\n}}" in soup.select_one(".citation-text pre").get_text()
    assert f"{SITE}/{language}/01-next.html" in soup.select_one(".citation-text p").get_text()
    search = (published / "_build/html" / language / "search.html").read_text("utf-8")
    assert "og:" not in search and "a class=\"suggestion" not in search
    assert edit["href"] == f"{REPOSITORY}/edit/main/book/{language}/01-next.md"


def test_a_published_book_lists_its_pages_and_has_one_for_what_is_not_there(published):
    html = published / "_build/html"
    listed = re.findall(r"<loc>(.*?)</loc>", (html / "sitemap.xml").read_text("utf-8"))
    missing = BeautifulSoup((html / "404.html").read_text("utf-8"), "html.parser")
    assert f"{SITE}/es/01-next.html" in listed and f"{SITE}/en/index.html" in listed
    assert all((html / address.removeprefix(f"{SITE}/")).is_file() for address in listed)
    assert missing.base["href"] == "/book/"
    assert all((html / link["href"]).is_file() for link in missing.select("a"))


def test_an_anchor_belongs_to_its_page(published):
    soup = BeautifulSoup((published / "_build/html/es/index.html").read_text("utf-8"), "html.parser")
    assert [section["id"] for section in soup.select("article section")] == ["top", "end"]
    assert [link["href"] for link in soup.select("article p a")] == ["#end", "01-next.html#end"]
    assert [link.get_text() for link in soup.select("article p a")] == ["The end", "The end"]


def test_a_chapter_that_changes_during_a_build_is_newer_than_the_book(published):
    html = published / "_build/html"
    pages = [page.stat().st_mtime for page in html.glob("e[ns]/*.html")]
    assert (html / "index.html").stat().st_mtime < min(pages)


def test_a_warning_stops_the_build_and_is_named(published, failing_build):
    page = published / "book/es/01-next.md"
    text = page.read_text("utf-8")
    page.write_text(text + "\n$\\frac{1$\n\n[](no-such-page.md)\n", "utf-8")
    try:
        message = failing_build()
    finally:
        page.write_text(text, "utf-8")
    assert "es: " in message and "01-next.md" in message and "WARNING" in message
    assert "en: " not in message


def test_a_full_disk_stops_the_build_and_is_named(failing_build):
    # Files of at most 20 kB stand for a disk with no room: the system refuses the write in the same place.
    message = failing_build(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
    assert "File too large" in message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_no_trace(published, number):
    before = snapshot(published)
    build = run_build(published, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    deadline = time.monotonic() + 60
    while not (published / "_build/work/es").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    build.send_signal(number)
    status, message = outcome(build)
    assert status == 1 and "was stopped" in message and "is as it was" in message
    assert snapshot(published) == before


@pytest.mark.parametrize(
    ("command", "copy"),
    [
        ("book", "yes"),
        ("serve", "yes"),
        ("pdf", "yes"),
        ("book PYODIDE=another", "another"),
        ("book PYODIDE=", ""),
        ("test", ""),
        ("test-browser", ""),
        ("test PYODIDE=another", ""),
    ],
)
@pytest.mark.parametrize("inside", ["yes", ""])
def test_the_book_keeps_its_copy_of_pyodide_until_it_is_told_otherwise(command, copy, inside, tmp_path):
    for path in ROOT.iterdir():
        if path.name not in ("_build", ".venv"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "_build/html").mkdir(parents=True)
    (tmp_path / "_build/html/index.html").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/ready").write_text(f"{tmp_path}\n")
    os.utime(tmp_path / ".venv/ready", (0, 0))
    (tmp_path / "_build/pyodide-wanted").write_text("yes\n")
    (tmp_path / "_build/pyodide-inside").write_text(f"{inside}\n")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYODIDE", "MAKEFLAGS")}
    plan = subprocess.run(["make", "--dry-run", "--assume-old=.venv/ready", *command.split()], cwd=tmp_path,
                          env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    built = re.findall(r'^PYODIDE="(.*)" .*build\.py$', plan, re.MULTILINE)
    assert built == ([] if copy == inside else [copy])
    assert ("pyodide-wanted" in plan) == command.startswith("book"), "only make book changes what is wanted"
