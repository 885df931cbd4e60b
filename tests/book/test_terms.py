"""One term, one name: the glossary is whole, and the prose keeps to it."""

import pytest
import words
from notebooks import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_keeps_to_the_glossary(language):
    assert not (problems := words.term_problems(language=language)), "\n".join(problems)


def test_every_term_has_a_name_and_a_definition_in_both_languages():
    for term in words.glossary()["terms"]:
        for key in ("term", "es", "en", "definition_es", "definition_en"):
            assert term.get(key), (term, key)
        assert term["definition_es"] != term["definition_en"]


def test_no_name_is_both_used_and_avoided():
    used = {term["es"].lower() for term in words.glossary()["terms"]}
    assert used.isdisjoint(words.avoided("es"))


@pytest.mark.parametrize("sentence, found", [
    ("El stride es 2.", True), ("El Learning Rate baja.", True), ("El *stride*, o paso.", False),
    ("Lo llaman «kernel».", False), ("`stride=2`", False), ("**stride**", True), ("la database", False),
])
def test_an_avoided_name_is_found_unless_spoken_about(small_book, edit, sentence, found):
    with edit(small_book / "es" / "01-sum.ipynb", "numbers") as cell:
        cell.source = sentence
    assert bool(words.term_problems(small_book, "es")) is found
