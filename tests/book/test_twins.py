"""The two languages of the book belong together."""

import pytest
import same_pages
import twins


def test_the_languages_are_the_same_where_they_must():
    assert not (problems := same_pages.problems()), "\n".join(problems)


def test_the_texts_were_read_side_by_side():
    assert not (problems := twins.lock_problems()), "\n".join(problems)


def test_a_sound_pair_has_no_problem(small_book):
    assert same_pages.problems(small_book) + twins.lock_problems(small_book) == []


def test_both_texts_changed_are_recorded(small_book, edit):
    for language in ("es", "en"):
        with edit(small_book / language / "01-sum.ipynb", "numbers") as cell:
            cell.source += " !"
    assert "01-sum/numbers" in twins.lock_problems(small_book)[0]
    assert twins.main([], small_book) == 0
    assert twins.lock_problems(small_book) == []


def test_one_text_changed_is_listed_until_it_is_recorded_by_name(small_book, edit, capsys):
    with edit(small_book / "es" / "01-sum.ipynb", "numbers") as cell:
        cell.source += " !"
    assert twins.main([], small_book) == 1
    assert "01-sum/numbers: only es changed" in capsys.readouterr().out
    assert twins.lock_problems(small_book)
    assert twins.main(["01-sum/numbers"], small_book) == 0
    assert twins.lock_problems(small_book) == []


def test_recording_one_cell_leaves_the_others(small_book, edit):
    for name in ("numbers", "title"):
        with edit(small_book / "es" / "01-sum.ipynb", name) as cell:
            cell.source += " !"
    twins.main(["01-sum/numbers"], small_book)
    assert [problem.split(":")[0] for problem in twins.lock_problems(small_book)] == ["01-sum/title"]


def test_a_cell_that_is_gone_is_gone_from_the_lock(small_book):
    lock = twins.read_lock(small_book)
    twins.write_lock(small_book, lock | {"01-sum/old": ("0", "0")})
    problem, = twins.lock_problems(small_book)
    assert problem.startswith("01-sum/old: is in twins.lock but not in the book")
    twins.main([], small_book)
    assert twins.read_lock(small_book) == lock


def test_an_unknown_cell_is_refused(small_book, capsys):
    assert twins.main(["01-sum/none"], small_book) == 2
    assert "01-sum/none" in capsys.readouterr().err


@pytest.mark.parametrize("es, en", [
    ("x = 1  # uno", "x = 1\n# one"),
    ("print('hola')", 'print("hello")'),
    ("print(f'{a:.2f} de {b}')", "print(f'of {b}, {a:.2f}')"),
])
def test_words_do_not_make_code_differ(es, en):
    assert same_pages.code_problems(es, en) == []


@pytest.mark.parametrize("es, en", [
    ("x = 1", "x = 2"),
    ("x = 1", "y = 1"),
    ("print(f'{a:.2f}')", "print(f'{a:.3f}')"),
    ("print(f'{a} {b}')", "print(f'{a} {a}')"),
    ("f(a, b)", "f(b, a)"),
])
def test_other_code_is_found(es, en):
    assert same_pages.code_problems(es, en)
