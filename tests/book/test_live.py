"""The pages that run: a button, the cells in a script of their own, and a kit that has all they need but Pyodide."""

import hashlib
import json
import shutil
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import lite
import live
import live_kit
import pyodide
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from notebooks import pages
from sphinx.errors import ExtensionError
from texts import LIVE_TEXTS

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
PAGES = sorted(HTML.glob("e[ns]/*.html"))
CHAPTERS = list(pages())


def assigned(path: Path) -> dict:
    """What the first line of a script gives to its variable."""
    line = path.read_text("utf-8").splitlines()[0]
    return json.loads(line[line.index("{") : -1])


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: f"{page.language}/{page.name}")
def test_a_chapter_has_its_button_and_its_cells(page):
    soup = BeautifulSoup((HTML / page.language / f"{page.name}.html").read_text("utf-8"), "html.parser")
    bar = soup.select_one("h1 + .live")
    assert bar["data-page"] == f"{page.language}/{page.name}"
    assert live_kit.HOST in bar.select_one(".live-note").get_text(), "the page names the address before it asks there"
    script = assigned(HTML / page.language / "live" / f"{page.name}.js")
    assert script["texts"] == LIVE_TEXTS[page.language]
    cells = [cell for cell in script["notebook"]["cells"] if cell["cell_type"] == "code"]
    assert [(cell["id"], cell["source"]) for cell in cells] == [(cell.id, cell.source) for cell in page.code_cells]
    shown = [cell.get_text() for cell in soup.select("article .cell .cell_input pre")]
    assert [code.rstrip() for code in shown] == [cell["source"].rstrip() for cell in cells]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_a_page_with_cells_has_the_button_and_its_script(path):
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    scripts = [tag["src"] for tag in soup.find_all("script", src=True) if "/live" in tag["src"]]
    assert len(scripts) == len(soup.select(".live")) == bool(soup.select("article .cell"))
    assert all(script.startswith("_static/live.js") for script in scripts), "the rest comes with the first click"


def test_every_text_is_used():
    used = "".join((live_kit.LIVE / part).read_text("utf-8") for part in live_kit.PARTS)
    assert {key for key in LIVE_TEXTS["es"] if f"text.{key}" not in used} == set()


def test_the_kit_carries_cnnlib_as_it_is():
    kit = assigned(HTML / "live/kit.js")
    wheel = b64decode(kit["wheel"]["base64"])
    assert hashlib.sha256(wheel).hexdigest() == kit["wheel"]["sha256"]
    with ZipFile(BytesIO(wheel)) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if name.startswith("cnnlib/")}
    own = {path for path in (ROOT / "cnnlib").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert files == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in own}


def test_the_same_source_gives_the_same_wheel(tmp_path):
    bytes_ = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        bytes_.append(live_kit.build_wheel(tmp_path / name).read_bytes())
    assert bytes_[0] == bytes_[1]


def test_the_lock_file_is_whole_and_pinned():
    packages = live_kit.lock_file(None)["packages"]
    assert {"ipython", "matplotlib", "numpy", "scikit-learn"} <= packages.keys()
    names = {package["name"].lower() for package in packages.values()} | packages.keys()
    for package in packages.values():
        assert {name.lower() for name in package["depends"]} <= names
        assert len(package["sha256"]) == 64
        assert "/" not in package["file_name"], "it is looked for beside Pyodide, and nowhere else"
    version = live_kit.lock_file(None)["info"]["version"]
    assert live_kit.address(None) == f"https://{live_kit.HOST}/pyodide/v{version}/full/"
    assert live_kit.core_address(None) == f"https://{live_kit.HOST}/npm/pyodide@{version}/"
    assert live_kit.core(None).keys() == set(pyodide.CORE)


def test_a_page_loads_no_package_that_it_never_asks_for(tmp_path):
    wheel = tmp_path / "cnnlib-1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    packages = live_kit.kit(wheel, None)["lock"]["packages"]
    loaded, waiting = set(), ["ipython", "matplotlib", *live_kit.NEEDED]
    while waiting:
        name = waiting.pop().replace("_", "-")
        loaded.add(name)
        waiting += packages[name]["depends"]
    assert "numpy" in loaded and not loaded & {"fonttools", "prompt-toolkit", "pytz", "wcwidth", "jedi"}
    assert "fonttools" in live_kit.lock_file(None)["packages"]["matplotlib"]["depends"], "as Pyodide has it"


def test_the_browser_keeps_bytecode_for_one_set_of_versions(tmp_path):
    wheel, copy = tmp_path / "cnnlib-1.0-py3-none-any.whl", tmp_path / "copy"
    shutil.copytree(live_kit.LIVE, copy)
    for name in pyodide.CORE:
        (copy / name).write_bytes(b"abc")

    def versions():
        return live_kit.kit(wheel, copy)["versions"]

    wheel.write_bytes(b"one")
    seen = {versions()}
    wheel.write_bytes(b"other")
    seen.add(versions())
    (copy / "python_stdlib.zip").write_bytes(b"another Python")
    seen.add(versions())
    assert len(seen) == 3


def test_a_local_copy_becomes_part_of_the_site(tmp_path, monkeypatch):
    copy, site, wheel = tmp_path / "copy", tmp_path / "site", tmp_path / "cnnlib-1.0-py3-none-any.whl"
    copy.mkdir()
    site.mkdir()
    (copy / live_kit.LOCK).write_text('{"info": {}, "packages": {}}')
    for name in pyodide.CORE:
        (copy / name).write_bytes(b"abc")
    wheel.write_bytes(b"wheel")
    live_kit.write(site, wheel, copy)
    kit = assigned(site / "live/kit.js")
    assert kit["base"] == kit["packages"] == "../pyodide/"
    # The example that FIPS 180 gives for this text, in the letters of base 64.
    assert set(kit["core"].values()) == {"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="}
    assert (site / "pyodide" / live_kit.LOCK).is_file()
    monkeypatch.setenv("PYODIDE", str(copy))
    for language, texts in (("es", "este sitio"), ("en", "this site")):
        note = live.note(language, 20)
        assert texts in note and "20 MB" in note and live_kit.HOST not in note


def test_a_folder_that_is_no_copy_of_pyodide_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PYODIDE", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="PYODIDE=.*nowhere.*pyodide-lock.json"):
        live_kit.local_copy()


def test_a_cell_that_the_page_does_not_show_stops_the_build(tmp_path):
    class App:
        class builder:
            name = "html"

        class env:
            doc2path = staticmethod(lambda docname: tmp_path / "page.ipynb")

    cells = [{"cell_type": "code", "id": name, "source": ["1"], "metadata": {}} for name in "ab"]
    (tmp_path / "page.ipynb").write_text(json.dumps({"cells": cells}))
    doctree = nodes.section("", nodes.container(nb_element="cell_code"))
    with pytest.raises(ExtensionError, match="2 cells in the notebook and 1 on the page"):
        live.add_button(App, doctree, "page")


def test_jupyterlite_has_the_chapters_of_both_languages():
    for language in ("es", "en"):
        listing = json.loads((HTML / "lite/api/contents" / language / "all.json").read_text("utf-8"))
        paths = [item["path"] for item in listing["content"]]
        assert paths == sorted(f"{language}/{page.name}.ipynb" for page in CHAPTERS if page.language == language)
        for path in paths:
            notebook = json.loads((HTML / "lite/files" / path).read_text("utf-8"))
            assert all(isinstance(cell["source"], str) for cell in notebook["cells"])
            texts = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
            assert not [text for text in texts if text.startswith("(")], "a target of MyST is left"


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: f"{page.language}/{page.name}")
def test_a_chapter_leads_to_its_notebook(page):
    soup = BeautifulSoup((HTML / page.language / f"{page.name}.html").read_text("utf-8"), "html.parser")
    address, _, query = soup.select_one(".live a")["href"].partition("?")
    assert (HTML / page.language / address).is_file()
    assert (HTML / "lite/files" / query.removeprefix("path=")).is_file()


def test_a_notebook_for_other_programs_has_no_line_that_only_myst_reads():
    chapter = next(page for page in CHAPTERS if page.name == "04-pooling")
    cells = {cell["id"]: cell["source"] for cell in json.loads(lite.plain(chapter.path, []))["cells"]}
    assert cells["title"].startswith("# ")
    assert ":::" not in cells["pooling-stepper"] and ":image:" not in cells["pooling-stepper"]
    assert r"\begin{pmatrix}" in cells["pooling-stepper"], "the static version stays"


def test_jupyterlite_reads_its_wheels_from_the_site():
    lock = json.loads((HTML / "live" / live_kit.LOCK).read_text("utf-8"))["packages"]
    for name in ("cnnlib", "comm"):
        content = (HTML / "live" / lock[name]["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == lock[name]["sha256"]
    config = json.loads((HTML / "lite/jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = config["litePluginSettings"][lite.KERNEL]
    assert (HTML / "lite" / kernel["loadPyodideOptions"]["lockFileURL"]).is_file()
    assert kernel["pyodideUrl"] == live_kit.core_address(None) + "pyodide.mjs"
    assert kernel["disablePyPIFallback"] is True, "nothing comes from anywhere else"


def test_a_notebook_for_other_programs_carries_the_pictures_of_its_texts():
    chapter = next(page for page in CHAPTERS if page.name == "07-lenet")
    cells = json.loads(lite.plain(chapter.path, []))["cells"]
    cell = next(cell for cell in cells if cell["id"] == "draw-text")
    assert "](attachment:still.png)" in cell["source"] and "_static" not in cell["source"]
    picture = b64decode(cell["attachments"]["still.png"]["image/png"])
    assert picture == (ROOT / "book/_static/digits/still.png").read_bytes()
