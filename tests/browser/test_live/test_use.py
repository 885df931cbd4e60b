"""What a reader does in a page that runs: change, run, stop, start anew, leave and come back."""

import gzip
import json

import live_kit
import pyodide
import pytest
from chromium import wait_until
from notebooks import BOOK, Page
from texts import LIVE_TEXTS

TEXT = LIVE_TEXTS["en"]
PAGE = "en/02-small-matrices"
ANSWER = "exercise-1"


@pytest.fixture
def names():
    """The ids of the cells of the page, in order."""
    return [cell.id for cell in Page("en", BOOK / f"{PAGE}.ipynb").code_cells]


@pytest.fixture
def quiet(open_live, names):
    """A page whose Python is ready, and of which nothing but the first cell has been run."""
    def open_quiet(**options):
        live = open_live(PAGE, **options)
        live.wait(names[0])
        live.press(TEXT["stop"])
        live.wait_all()
        return live

    return open_quiet


def test_a_page_loads_nothing_before_the_first_click(open_live):
    live = open_live(PAGE, run=False)
    loaded = live.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert not [name for name in loaded if "/live/" in name or "pyodide" in name]
    assert live.page.locator("textarea").count() == 0


def test_a_changed_cell_runs_and_says_what_went_wrong(quiet, names):
    live = quiet()
    cell = names[1]
    live.write(cell, "total = 0\nfor k in range(3):\n    total += k\nprint('<b>', total)\ntotal * 2")
    assert live.run(cell) == "done"
    assert live.output(cell).split() == ["<b>", "3", "6"]
    live.write(cell, "def half(x):\n    return x / 0\n\nhalf(1)")
    assert live.run(cell) == "failed"
    error = live.cell(cell).locator(".live-error")
    assert error.locator("p").inner_text() == f"ZeroDivisionError: division by zero ({TEXT['line']} 2)"
    assert not error.locator("pre").is_visible(), "the whole traceback is folded"
    error.locator("summary").click()
    assert "half(1)" in error.locator("pre").inner_text() and "IPython/core" not in error.inner_text()
    live.wait_for_status("ZeroDivisionError")
    live.write(cell, "for x in:\n    pass")
    assert live.run(cell) == "failed"
    assert "SyntaxError" in live.output(cell)


def test_an_editor_keeps_its_colors_its_indentation_and_its_undo(open_live, names):
    live = open_live(PAGE)
    area = live.cell(names[1]).locator("textarea")
    before = area.input_value()
    area.fill("")
    area.press_sequentially("if True:")
    area.press("Enter")
    area.press_sequentially("x = 'a'  # b")
    assert area.input_value() == "if True:\n    x = 'a'  # b"
    pre = live.cell(names[1]).locator("pre").first
    assert pre.inner_text().rstrip() == area.input_value()
    assert {kind: pre.locator(f".{kind}").inner_text() for kind in ("s2", "c1")} == {"s2": "'a'", "c1": "# b"}
    area.press("Control+z")
    assert area.input_value() != "if True:\n    x = 'a'  # b"
    area.press("Escape")
    area.press("Tab")
    assert not area.evaluate("area => area === document.activeElement"), "Escape, then Tab leaves the cell"
    live.press(TEXT["reset"], inside=f'[data-cell="{names[1]}"]')
    assert area.input_value() == before


def test_shift_enter_runs_and_goes_on(quiet, names):
    live = quiet()
    live.write(names[1], "print('here')")
    live.cell(names[1]).locator("textarea").press("Shift+Enter")
    assert live.page.evaluate("document.activeElement.closest('.cell').dataset.cell") == names[2]
    live.wait(names[1])
    assert live.output(names[1]).strip() == "here"


def test_stop_and_restart_where_variables_can_be_kept(quiet, names):
    live = quiet()
    first, loop = names[0], names[1]
    live.write(loop, "kept = 5\nprint('begun', flush=True)\nwhile True:\n    pass")
    live.cell(loop).locator("textarea").press("Control+Enter")
    live.cell(loop).locator(".cell_output", has_text="begun").wait_for()
    live.press(TEXT["stop"])
    assert live.wait(loop) == "failed"
    live.wait_for_status(TEXT["kept"])
    live.write(loop, "kept")
    assert live.run(loop) == "done"
    assert live.output(loop).strip() == "5"
    live.press(TEXT["restart"])
    assert live.run(loop) == "failed"
    assert "NameError" in live.output(loop)
    live.press(TEXT["toHere"], inside=f'[data-cell="{names[2]}"]')
    live.wait(first)
    live.wait_all()
    assert live.cell(first).get_attribute("data-live") == "done"
    assert live.cell(names[2]).get_attribute("data-live") == "", "a cell that fails holds those behind it"


@pytest.mark.parametrize(("times", "endless"), [
    (120, "while True:\n    pass"),
    (60, "import asyncio\nwhile True:\n    await asyncio.sleep(0.001)"),
    (10, "import asyncio\nawait asyncio.sleep(0.001)\nwhile True:\n    pass"),
    (10, "import asyncio\nawait asyncio.sleep(1000)"),
    (10, "import time\ntime.sleep(1000)"),
])
def test_no_stop_is_lost(quiet, names, times, endless):
    """A Stop that comes while Python looks for one counts too: without that, about one in 55 did nothing."""
    live = quiet()
    cell, tools = names[1], f'[data-cell="{names[1]}"]'
    live.write(cell, f"print('begun', flush=True)\n{endless}")
    for _ in range(times):
        live.press(TEXT["run"], inside=tools)
        live.cell(cell).locator(".cell_output", has_text="begun").wait_for()
        live.press(TEXT["stop"])
        live.wait_for_status(TEXT["kept"])


def test_stop_where_variables_are_lost(quiet, names):
    live = quiet(query="?plain")
    cell = names[1]
    live.write(cell, "print('begun', flush=True)\nwhile True:\n    pass")
    live.cell(cell).locator("textarea").press("Control+Enter")
    live.cell(cell).locator(".cell_output", has_text="begun").wait_for()
    live.press(TEXT["stop"])
    live.wait_for_status(TEXT["gone"])
    live.write(cell, "print('again')")
    live.press(TEXT["toHere"], inside=f'[data-cell="{cell}"]')
    live.wait(cell)
    assert live.output(cell).strip() == "again"


def test_answers_come_back_and_can_be_taken_along(open_live, names, troubles):
    live = open_live(PAGE)
    live.write(ANSWER, "answer = 41")
    second_tab = live.page.context.new_page()
    second_tab.goto(live.page.url)
    saved = second_tab.locator(".live").get_attribute("data-saved")
    assert second_tab.locator(".live [role=status]").inner_text() == saved
    second_tab.click(".live button")
    assert second_tab.locator(f'[data-cell="{ANSWER}"] textarea').input_value() == "answer = 41"
    second_tab.locator(f'[data-cell="{names[1]}"] textarea').fill("2 + 2")
    live.page.reload()
    live.start()
    assert live.cell(ANSWER).locator("textarea").input_value() == "answer = 41"
    assert live.cell(names[1]).locator("textarea").input_value() == "2 + 2", "one tab does not undo the other"
    cells = {cell["id"]: cell for cell in live.notebook()["cells"]}
    assert cells[ANSWER]["source"] == "answer = 41"
    live.page.once("dialog", lambda dialog: dialog.accept())
    live.press(TEXT["resetAll"])
    assert live.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cnnlib/'))") == []
    assert live.cell(ANSWER).locator("textarea").input_value() != "answer = 41"
    assert all("net::ERR_ABORTED" in trouble for trouble in troubles), "what was loading when the page was left"
    troubles.clear()


def test_reset_brings_the_stored_outputs_back(quiet, names):
    live = quiet()
    cell = "course-delta"
    assert names.index(cell) > 5, "far enough not to have been run yet"
    code, stored = live.cell(cell).locator("textarea").input_value(), live.output(cell)
    live.write(cell, "print('mine')")
    live.run(cell)
    assert live.output(cell).strip() == "mine"
    live.press(TEXT["reset"], inside=f'[data-cell="{cell}"]')
    assert live.output(cell) == stored
    assert live.cell(cell).locator("textarea").input_value() == code


KEPT = """
import encodings
from importlib.machinery import SourceFileLoader
from pathlib import Path
Path("mine.py").write_text("answer = 42")
import cnnlib.exercises, mine
bytecode = SourceFileLoader.source_to_code.__globals__
print({path.split("/site-packages/")[-1].split(".zip/")[-1] for path, _ in bytecode["known"]} >= WANTED,
      Path(encodings.__file__).suffix)
assert not any(path.endswith("mine.py") for path, _ in bytecode["known"] | bytecode["compiled"])

def refuse(*arguments, **options):
    raise RuntimeError("compiled again")

bytecode["compile_file"] = bytecode["compile_zipped"] = refuse
loader = cnnlib.exercises.__loader__
loader.source_to_code(loader.get_data(loader.path), loader.path)
import pdb
pdb.__loader__.get_code("pdb")
"""
SHELF = "caches.keys().then((names) => caches.open(names.find((name) => name.startsWith('cnnlib-'))))"
LIBRARIES = f"""async () =>
    (await (await {SHELF}).keys()).map(({{ url }}) => url).filter((url) => url.includes("/library/"))"""


def wait_until_kept(live, kind, name=""):
    """Wait until the browser holds something of a kind, in which the name stands."""
    wait_until(live.page, f"""async ([kind, name]) => {{
        if (!(await caches.keys()).length) return false;
        const shelf = await {SHELF};
        for (const request of await shelf.keys()) {{
            if (!request.url.includes(`/${{kind}}/`)) continue;
            if ((await (await shelf.match(request)).text()).includes(name)) return true;
        }}
        return false;
    }}""", [kind, name])


@pytest.mark.parametrize("page", ["es/01-convolution", "es/07-lenet"])
def test_a_second_visit_compiles_nothing_again(open_live, clock, page):
    live = open_live(page)
    first, second = [cell.id for cell in Page("es", BOOK / f"{page}.ipynb").code_cells][:2]
    wanted = '{"IPython/core/interactiveshell.py", "matplotlib/pyplot.py", "cnnlib/exercises/__init__.py", "pdb.py"}'
    visits = {"first": ("failed", "RuntimeError: compiled again"), "second": ("done", "True .pyc")}
    for visit, (state, seen) in visits.items():
        if visit == "second":
            live.page.reload()
            live.start()
        live.wait(first)
        clock(f"{visit} visit, first output", live.clicked)
        live.press(live.page.evaluate("livePage.texts.stop"))
        live.wait_all()
        wait_until_kept(live, "library")
        live.write(second, KEPT.replace("WANTED", wanted))
        assert live.run(second) == state
        assert seen in live.output(second)
        wait_until_kept(live, "bytecode", "cnnlib/exercises/__init__.py")
    assert len(live.page.evaluate(LIBRARIES)) == 1, "a second one would hold what the first lacks"


@pytest.mark.parametrize("damage", ["bytes.slice(1)", "bytes.fill(0)", "'text'"])
def test_what_the_browser_damaged_is_compiled_again(open_live, names, damage):
    live = open_live(PAGE)
    live.wait_all()
    wait_until_kept(live, "library")
    kinds = live.page.evaluate(f"""async () => {{
        const shelf = await {SHELF};
        await caches.open("cnnlib-of-another-version");
        const kinds = [];
        for (const request of await shelf.keys()) {{
            const bytes = new Uint8Array(await (await shelf.match(request)).arrayBuffer());
            await shelf.put(request, new Response({damage}));
            kinds.push(request.url.split("/").at(-2));
        }}
        return kinds;
    }}""")
    assert set(kinds) == {"bytecode", "library"}
    live.page.reload()
    live.start()
    assert live.wait(names[0]) == "done"
    live.wait_all()
    wait_until_kept(live, "library")
    entries = live.page.evaluate(f"""async () => {{
        const shelf = await {SHELF};
        return Promise.all((await shelf.keys()).map(async (request) => {{
            const hash = await crypto.subtle.digest("SHA-256", await (await shelf.match(request)).arrayBuffer());
            return [request.url.split("/").at(-1), [...new Uint8Array(hash)]];
        }}));
    }}""")
    assert all(name == bytes(content).hex() for name, content in entries)
    assert len([name for name in live.page.evaluate("caches.keys()") if name.startswith("cnnlib-")]) == 1


@pytest.mark.parametrize("method", ["CacheStorage.prototype.open", "Cache.prototype.put", "Cache.prototype.match"])
def test_a_browser_that_keeps_nothing_runs_the_page(open_live, wheel, names, method):
    live = open_live(PAGE, run=False)
    kit = live_kit.kit(wheel, pyodide.local())
    kit["worker"] = f"{method} = () => Promise.reject(new Error('refused'));\n{kit['worker']}"
    live.page.context.route("**/live/kit.js", lambda route: route.fulfill(body=live_kit.packed(kit)))
    for _ in range(2):
        live.start()
        assert live.wait(names[0]) == "done"
        live.wait_all()
        live.page.reload()


def test_the_same_library_is_kept_once(quiet, names):
    live = quiet()
    wait_until_kept(live, "library")
    first = live.page.evaluate(LIBRARIES)
    live.page.reload()
    live.page.evaluate(f"async (url) => (await {SHELF}).delete(url)", first[0])
    live.start()
    live.wait_all()
    wait_until_kept(live, "library")
    assert live.page.evaluate(LIBRARIES) == first


def test_a_library_that_does_not_start_is_thrown_away(quiet, names, troubles):
    live = quiet()
    wait_until_kept(live, "library")
    live.page.reload()
    live.page.evaluate(f"""async (url) => {{
        const shelf = await {SHELF};
        await shelf.delete(url);
        const bytes = new TextEncoder().encode("no library");
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        const name = hash.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
        await shelf.put(`${{location.origin}}/library/${{name}}`, new Response(bytes));
    }}""", live.page.evaluate(LIBRARIES)[0])
    live.start()
    live.wait_for_status(TEXT["failed"].partition("{0}")[0])
    live.start()
    assert live.wait(names[0]) == "done"
    troubles.clear()


def test_when_python_crashes_the_page_says_so_and_starts_anew(quiet, names, troubles):
    live = quiet()
    live.write(names[1], "import sys\nsys.setrecursionlimit(10**8)\n\ndef deeper():\n    deeper()\n\ndeeper()")
    assert live.run(names[1]) == "failed"
    live.wait_for_status(TEXT["died"].format(2, "").partition("(")[0])
    troubles.clear()
    live.write(names[1], "print(6 * 7)")
    assert live.run(names[1]) == "done"
    assert live.output(names[1]).strip() == "42"
    troubles.clear()


def test_only_a_printed_line_that_is_too_long_for_a_row_of_numbers_breaks(quiet, names):
    live = quiet()
    ways = []
    for line in ("'9 ' * 40", "'9 ' * 41"):
        live.write(names[0], f"print({line})")
        live.run(names[0])
        ways.append(live.cell(names[0]).locator(".cell_output pre").evaluate("pre => getComputedStyle(pre).whiteSpace"))
    assert ways == ["pre", "pre-wrap"]


def test_without_a_connection(quiet, names, troubles):
    live = quiet()
    live.page.context.set_offline(True)
    live.write(names[1], "print(6 * 7)")
    assert live.run(names[1]) == "done"
    live.write(names[1], "import sklearn")
    assert live.run(names[1]) == "failed"
    live.wait_for_status(TEXT["failed"].partition("{0}")[0])
    live.page.context.set_offline(False)
    assert live.run(names[1]) == "done", "the same cell, once there is a connection"
    assert troubles
    troubles.clear()


def test_a_click_without_a_connection_says_so_and_can_be_repeated(open_live, troubles):
    live = open_live(PAGE, run=False)
    live.page.context.set_offline(True)
    live.start()
    offline = live.page.locator(".live").get_attribute("data-offline")
    live.wait_for_status(offline)
    live.page.context.set_offline(False)
    live.start()
    live.wait_for_status(TEXT["starting"])
    troubles.clear()


def test_training_that_is_stopped_keeps_what_was_learned(quiet, names):
    live = quiet()
    cell = names[1]
    live.write(cell, "from cnnlib import CNNClassifier, datasets\n(X, y), _ = datasets.load_mnist()\n"
                     "clf = CNNClassifier(epochs=10_000, random_state=0)\nprint('begun', flush=True)\nclf.fit(X, y)")
    live.cell(cell).locator("textarea").press("Control+Enter")
    live.cell(cell).locator(".cell_output", has_text="begun").wait_for()
    live.page.wait_for_timeout(2000)
    live.press(TEXT["stop"])
    live.wait_for_status(TEXT["kept"])
    live.write(cell, "from cnnlib import gemm\nprint(clf.predict(X[:1]).shape, gemm.library.cache_info().currsize)")
    assert live.run(cell) == "done"
    assert live.output(cell).strip() == "(1,) 1", "the products are gemm.c's, in one type of number"


def test_on_a_phone(open_live, names, troubles):
    text = LIVE_TEXTS["es"]
    live = open_live("es/02-small-matrices", width=390, height=844, has_touch=True, run=False)
    live.start()
    live.wait(names[0])
    cell, tools = names[1], f'[data-cell="{names[1]}"]'
    live.cell(cell).locator("textarea").tap()
    live.write(cell, "print('tocado')")
    live.press(text["run"], inside=tools)
    live.wait_all()
    assert live.output(cell).strip() == "tocado"
    live.write(cell, "1 / 0")
    live.press(text["run"], inside=tools)
    live.wait_for_status(text["error"].format(2, "ZeroDivisionError"))
    live.push(live.cell(cell).locator(".live-error summary"))
    assert "ZeroDivisionError" in live.cell(cell).locator(".live-error pre").inner_text()
    live.write(cell, "print('vuelta', flush=True)\nwhile True:\n    pass")
    live.press(text["run"], inside=tools)
    live.cell(cell).locator(".cell_output", has_text="vuelta").wait_for()
    live.press(text["stop"])
    live.wait_for_status(text["kept"])
    live.write(cell, "print('otra vez')")
    live.press(text["restart"])
    live.press(text["toHere"], inside=tools)
    live.wait(names[0])
    live.wait_all()
    assert live.output(cell).strip() == "otra vez"
    assert live.page.evaluate("document.documentElement.scrollWidth") <= 390
    small = "button => button.offsetParent && button.getBoundingClientRect().height < 44"
    assert live.page.locator(".live button, .live-tools button").evaluate_all(f"all => all.filter({small}).length") == 0
    live.page.reload()
    live.start()
    assert live.cell(cell).locator("textarea").input_value() == "print('otra vez')"
    assert all("net::ERR_ABORTED" in trouble for trouble in troubles), "what was loading when the page was left"
    troubles.clear()


def test_a_page_from_a_disk_runs(page_from_disk, names):
    live = page_from_disk(PAGE, far=True)
    live.start()
    live.wait(names[0])
    assert live.cell(names[0]).get_attribute("data-live") == "done"


def test_a_page_from_a_disk_cannot_read_python_from_there(page_from_disk):
    live = page_from_disk(PAGE, far=False)
    live.start()
    live.wait_for_status(TEXT["needsServer"])


def test_the_loader_is_small():
    parts = [live_kit.ROOT / "book/_static/live.js", *(live_kit.LIVE / part for part in live_kit.PARTS),
             live_kit.LIVE / "worker.js", live_kit.LIVE / "kernel.py", live_kit.LIVE / "bytecode.py",
             live_kit.LIVE / "live.css"]
    assert len(gzip.compress(b"".join(part.read_bytes() for part in parts))) <= 15_000
    assert len(gzip.compress(json.dumps(LIVE_TEXTS["es"]).encode())) <= 2_000


def test_what_is_printed_is_kept_up_to_a_limit_and_overwritten_as_in_a_terminal(quiet, names):
    live = quiet()
    cell = names[1]
    live.write(cell, "import time\nfor k in (1, 22, 3):\n"
                     "    print(f'{k}%', end='\\r', flush=True)\n    time.sleep(.1)")
    live.run(cell)
    assert live.output(cell).strip() == "3%", "the last line stays, though a carriage return follows it"
    live.write(cell, "print('x' * 300_000)")
    live.run(cell)
    assert live.output(cell).count("x") == 100_000 and live.output(cell).rstrip().endswith("…")
    live.write(cell, "shown = display('before', display_id=True)\nshown.update('after')")
    live.run(cell)
    outputs = {one["id"]: one for one in live.notebook()["cells"]}[cell]["outputs"]
    assert [output["data"]["text/plain"] for output in outputs] == ["'after'"]
    live.write(cell, "input('name')")
    assert live.run(cell) == "failed"
    assert "write the value into the cell" in live.output(cell)


def test_several_cells_run_in_the_order_of_the_page(quiet, names):
    live = quiet()
    for name in names[:3]:
        live.write(name, f"order = [*globals().get('order', []), '{name}']")
    live.write(names[3], "a change")
    live.press(TEXT["restart"])
    live.press(TEXT["run"], inside=f'[data-cell="{names[2]}"]')
    live.press(TEXT["run"], inside=f'[data-cell="{names[3]}"]')
    live.press(TEXT["reset"], inside=f'[data-cell="{names[3]}"]')
    assert live.cell(names[3]).get_attribute("data-live") == "", "what is reset does not run"
    live.write(names[3], "print(order)")
    live.press(TEXT["toHere"], inside=f'[data-cell="{names[3]}"]')
    live.wait(names[3])
    assert live.output(names[3]).strip() == str(names[:3])


def test_a_browser_that_keeps_nothing_says_so(quiet, names):
    live = quiet()
    live.page.evaluate("Storage.prototype.setItem = () => { throw new DOMException('full') }; 0")
    live.write(names[1], "answer = 41")
    live.wait_for_status(TEXT["notKept"])


def test_what_another_tab_kept_is_not_deleted_unasked(open_live, names):
    live = open_live(PAGE)
    live.page.evaluate(f"localStorage.setItem('cnnlib/{PAGE}/{ANSWER}', 'answer = 41')")
    live.page.once("dialog", lambda dialog: dialog.dismiss())
    live.press(TEXT["resetAll"])
    assert live.page.evaluate(f"localStorage.getItem('cnnlib/{PAGE}/{ANSWER}')") == "answer = 41"
