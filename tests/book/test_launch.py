"""Binder and Colab: buttons where the book has a repository, and a cell that installs cnnlib where it is missing."""

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path
from types import SimpleNamespace

import launch
import lite
import live
import live_kit
import nbformat
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from notebooks import pages

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
NONE = {"url": "", "branch": "main", "branch_of_site": "gh-pages", "path_to_book": "book"}
GITHUB = NONE | {"url": "https://github.com/example/the-book"}
PLACES = {"Binder", "Colab"}


def install_code(url: str) -> str:
    cell, = launch.first_cells(NONE | {"url": url}, "en")
    return cell.source


@pytest.mark.parametrize("ending", ["", "/", ".git"])
def test_a_book_on_github_opens_in_both(ending):
    assert launch.places(GITHUB | {"url": GITHUB["url"] + ending}, "es", "04-pooling") == {
        "Binder": "https://mybinder.org/v2/gh/example/the-book/main?urlpath=lab/tree/book/es/04-pooling.ipynb",
        "Colab": "https://colab.research.google.com/github/example/the-book/blob/gh-pages/lite/files/es/04-pooling.ipynb",
    }


def test_a_book_elsewhere_opens_in_binder_alone():
    assert launch.places(NONE | {"url": "https://example.org/the-book"}, "en", "04-pooling") == {
        "Binder": "https://mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fthe-book/main"
                  "?urlpath=lab/tree/book/en/04-pooling.ipynb",
    }


@pytest.fixture(params=[NONE, GITHUB], ids=["no address", "an address"])
def repository(request, monkeypatch):
    """What _config.yml says, before the book is published and after."""
    monkeypatch.setattr(launch, "repository", lambda: request.param)
    return request.param


def test_a_page_has_the_buttons_only_with_a_repository(repository, tmp_path):
    page = pages(language="es")[0]
    cells = [nodes.container(nb_element="cell_code") for _ in page.code_cells]
    doctree = nodes.section("", nodes.title(), *cells)
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), config=SimpleNamespace(language="es"), outdir=tmp_path,
                          env=SimpleNamespace(doc2path=lambda docname: page.path))
    live.add_button(app, doctree, page.name)
    bar = BeautifulSoup(next(doctree.findall(nodes.raw)).astext(), "html.parser")
    buttons = {button.get_text(): button["href"] for button in bar.select("a.btn")[1:]}
    assert buttons == launch.places(repository, "es", page.name)
    assert bool(buttons) == bool(repository["url"])


def test_what_colab_opens_has_the_cell_only_with_a_repository(repository, tmp_path):
    lite.add_notebooks(tmp_path)
    for page in (pages(language="es")[0], pages(language="en")[-1]):
        written = nbformat.read(tmp_path / "files" / page.language / page.path.name, as_version=4)
        nbformat.validate(written)
        first = launch.first_cells(repository, page.language)
        assert len(first) == bool(repository["url"])
        assert [cell.id for cell in written.cells] == [cell.id for cell in first + page.cells]


@pytest.mark.parametrize("page", pages(), ids=lambda page: f"{page.language}/{page.name}")
def test_the_built_pages_agree_with_the_settings(page):
    soup = BeautifulSoup((HTML / page.language / f"{page.name}.html").read_text("utf-8"), "html.parser")
    buttons = {button.get_text(): button["href"] for button in soup.select(".live a") if button.get_text() in PLACES}
    assert buttons == launch.places(launch.repository(), page.language, page.name)
    assert "pip" not in "".join(cell.source for cell in page.code_cells), "the notebooks of the book install nothing"


def test_the_cell_installs_nothing_where_cnnlib_is(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: pytest.fail(f"started {arguments}"))
    exec(install_code("https://github.com/example/the-book"), {})


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> str:
    """The address of a repository on this disk that holds the package as it is."""
    folder = tmp_path_factory.mktemp("repository")
    for name in live_kit.PACKED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for command in (["init", "--initial-branch=main"], ["add", "."], ["commit", "--message=all"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *command], cwd=folder, check=True)
    return folder.as_uri()


@pytest.fixture
def bare(tmp_path):
    """bare(code) runs it where NumPy and pip are, but no cnnlib; with no package index, for want of a network."""
    venv.create(tmp_path / "env", with_pip=True)
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in ("numpy", "numpy.libs", "setuptools"):
        if (source := Path(sysconfig.get_path("purelib"), name)).exists():
            (shared / name).symlink_to(source)
    alone = os.environ | {
        "PYTHONPATH": str(shared), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    python = tmp_path / "env/bin/python"

    def run(code):
        return subprocess.run([python, "-c", code], cwd=tmp_path, env=alone, capture_output=True, text=True)

    return run


def test_the_cell_installs_cnnlib_where_it_is_missing(bare, clone):
    assert "No module named 'cnnlib'" in bare("import cnnlib").stderr
    wrong = bare(install_code(f"{clone}-wrong"))
    assert wrong.returncode and "CalledProcessError" in wrong.stderr
    first = bare(f"{install_code(clone)}\nimport cnnlib; print(cnnlib.output_size(5, 3), cnnlib.__file__)")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("3 ") and "site-packages" in first.stdout
    again = bare(install_code(f"{clone}-wrong"))
    assert again.returncode == 0, "what is there is not asked for again"


def test_binder_finds_what_it_installs():
    folder = ROOT / ".binder"
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    needed = [line.removeprefix("--constraint ") for line in lines if not line.startswith("#")]
    assert needed == ["../constraints.txt", "."], "a constraint is sought from the file, a package from the top"
    assert (folder / needed[0]).is_file()
    assert (folder / "runtime.txt").read_text("utf-8").strip() == "python-3.11"
