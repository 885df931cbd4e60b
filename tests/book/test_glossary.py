"""The pages beside the chapters: the glossary is whole, and what the others show as code is what comes out."""

import contextlib
import io
import re
from importlib import import_module
from pathlib import Path

import glossary
import notebooks
import pytest
import words
from bs4 import BeautifulSoup
from notebooks import BOOK, LANGUAGES, headings

from cnnlib.exercises.answers import SECONDS

HTML = Path(__file__).resolve().parents[2] / "_build/html"
TERMS = words.glossary()["terms"]
BESIDE = ("index", "notation", "teaching")
EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
CHAPTERS = sorted(path.stem for path in (BOOK / "en").glob("[0-9]*.ipynb"))


def entries(language: str) -> list:
    page = BeautifulSoup((HTML / language / "glossary.html").read_text("utf-8"), "html.parser")
    return page.select("dl.glossary > dt")


def source(language: str, name: str) -> str:
    return (BOOK / language / f"{name}.md").read_text("utf-8")


def targets(language: str, chapter: str) -> set[str]:
    page = notebooks.Page(language, BOOK / language / f"{chapter}.ipynb")
    return {heading.target for cell in page.markdown_cells for heading in headings(cell.source)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_every_term_once_with_its_definition(language):
    shown = {entry["id"]: entry for entry in entries(language)}
    assert len(shown) == len(entries(language)) == len(TERMS)
    for term in TERMS:
        entry = shown[glossary.anchor(term)]
        other = entry.find("em")
        assert entry.get_text().startswith(term[language])
        assert (other and other.get_text()) == (None if term["es"] == term["en"] else term[glossary.TWIN[language]])
        assert other is None or other["lang"] == glossary.TWIN[language]
        assert len(entry.find_next_sibling("dd").get_text().split()) > 4
        assert entry.find_next_sibling("dd").find("a")["href"] == term["where"].replace("#", ".html#")


def test_both_languages_have_the_same_anchors_in_their_own_order():
    es, en = ([entry["id"] for entry in entries(language)] for language in LANGUAGES)
    assert sorted(es) == sorted(en) and es != en


@pytest.mark.parametrize("language, order", [
    ("es", ["adjunta", "época", "Épsilon", "lote", "ñandú"]), ("en", ["adjoint", "batch", "ReLU", "softmax"])])
def test_accents_and_capitals_do_not_matter_for_the_order(language, order):
    terms = [{language: name} for name in reversed(order)]
    assert [term[language] for term in glossary.in_order(terms, language)] == order


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_that_explains_a_term_is_there(language):
    for term in TERMS:
        chapter, section = term["where"].split("#")
        assert section in targets(language, chapter), term["term"]


@pytest.mark.skipif(bool(words.missing_tools()), reason="hunspell is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_definitions_are_spelled_right_and_keep_to_the_terms(language):
    text = "\n".join(f"{term[language]}: {term[f'definition_{language}']}" for term in TERMS)
    unknown = words.unknown_words(words.spelled_words(words.readable(text, maths=False)), language)
    known = set(words.word_list(language))
    assert {word for word in unknown if not {word, word.lower()} & known} == set()
    avoided = (rf"(?<![\w-]){re.escape(bad)}(?![\w-])" for bad in words.avoided(language))
    assert [found for bad in avoided if (found := re.search(bad, text, re.IGNORECASE))] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BESIDE)
def test_an_example_gives_what_stands_below_it(language, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handed-in").symlink_to(BOOK / language)
    examples = EXAMPLE.findall(source(language, name))
    assert len(examples) == source(language, name).count("```python")
    for code, output in examples:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, name, "exec"), {})
        assert printed.getvalue() == output


def test_the_examples_are_the_same_in_both_languages():
    for name in BESIDE:
        es, en = (len(EXAMPLE.findall(source(language, name))) for language in LANGUAGES)
        assert es == en == {"index": 1, "notation": 0, "teaching": 2}[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_holds_every_exercise_once(language):
    row = r"^\| \[(\d\d-\d)\]\((\S+)\.ipynb#exercise-(\d)\) \|"
    listed = re.findall(row, source(language, "teaching"), re.MULTILINE)
    modules = {chapter: import_module(f"cnnlib.exercises.chapter{chapter[:2]}") for chapter in CHAPTERS}
    wanted = [(name, chapter, name[-1]) for chapter in CHAPTERS for name in modules[chapter].EXERCISES]
    assert listed == wanted and len(wanted) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_check_is_so(language):
    assert f" {SECONDS:.0f} se" in source(language, "teaching")
    # The front page quotes a verdict; the teaching page runs it.
    verdict = re.search(r"^> (✗ .*)$", source(language, "index"), re.MULTILINE)[1]
    assert verdict in EXAMPLE.findall(source(language, "teaching"))[0][1]
