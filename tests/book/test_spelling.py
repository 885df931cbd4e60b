"""The prose is spelled right, in each language by its own dictionary."""

import os

import pytest
import words
from notebooks import LANGUAGES


@pytest.fixture(scope="module", autouse=True)
def hunspell():
    if missing := words.missing_tools():
        message = f"not installed: {', '.join(missing)} (Debian: hunspell hunspell-es hunspell-en-us)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_spelled_right(language):
    assert not (problems := words.spelling_problems(language=language)), "\n".join(problems)


@pytest.mark.parametrize("language, right, wrong", [
    ("es", "La convolución desliza una ventana.", "convolusión"),
    ("en", "The model's color is gray.", "colour"),
])
def test_a_wrong_word_is_found(language, right, wrong):
    spelled = words.spelled_words(right)
    assert words.unknown_words(spelled | {wrong}, language) == {wrong}


def test_code_formulas_roles_and_addresses_are_not_words():
    text = "Good `xyzq` $zqx$ {ref}`word <qzq>` [link](qqz) https://zzq.example/ qx1 x_qz\n\n```\nzzzq\n```"
    assert words.spelled_words(words.readable(text, maths=False)) == {"Good", "word", "link"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_list_is_sorted_and_needed(language):
    listed = words.word_list(language)
    assert listed == sorted(set(listed))
    assert words.unknown_words(set(listed), language) == set(listed), "the dictionary knows some of them"
