"""Build the book: one Sphinx a language, side by side, put in place whole or not at all.

`python book/build.py` writes _build/html/{es,en} and _build/html/index.html. It works in _build/work and renames
at the end, so that a build that fails or is stopped leaves the book that was there as it was.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import lite
import live_kit
import yaml
from jupyter_book.sphinx import build_sphinx
from sphinx.util.console import nocolor

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("es", "en")


class BuildError(Exception):
    """The book could not be built; the message says why."""


def build_language(language: str, work: Path) -> str | int:
    """Build the pages of one language; the exit status of the process: 0, 1 after warnings, or an error's text."""
    nocolor()
    source = ROOT / "book" / language
    result = build_sphinx(
        source,
        work / language / "html",
        path_config=ROOT / "_config.yml",
        noconfig=True,
        doctreedir=work / language / "doctrees",
        confoverrides={
            "language": language,
            "external_toc_path": str(source / "_toc.yml"),
            "latex_individualpages": False,
        },
        quiet=True,
        warningiserror=True,
        keep_going=True,
    )
    if isinstance(result, BaseException):
        return f"{type(result).__name__}: {result}"
    return result


def run_languages(work: Path):
    """Build all languages at once, each in a process of its own: Sphinx sets its language for a whole process."""
    builds = {
        language: subprocess.Popen(
            [sys.executable, __file__, language, str(work)],
            env=os.environ | {"TMPDIR": str(work)},  # what Sphinx leaves there goes with the work folder
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        )
        for language in LANGUAGES
    }
    try:
        outputs = {language: build.communicate()[0] for language, build in builds.items()}
    finally:
        for build in builds.values():
            build.kill()
    failed = {name: build.returncode for name, build in builds.items() if build.returncode}
    for name in failed:
        print(outputs[name], file=sys.stderr)
    if failed:
        raise BuildError("; ".join(f"{name}: {cause(outputs[name], code)}" for name, code in failed.items()))


def cause(output: str, code: int) -> str:
    """Why Sphinx failed: the error that it ends with, or the first of its warnings."""
    lines = output.strip().splitlines() or [f"its process ended with status {code}"]
    warnings = [line for line in lines if "WARNING" in line or "ERROR" in line]
    return warnings[0] if lines[-1] in warnings else lines[-1]


def assemble(work: Path) -> Path:
    """Put the languages, and what belongs to neither, into one folder."""
    site = work / "site"
    site.mkdir()
    for language in LANGUAGES:
        (work / language / "html").rename(site / language)
    shutil.copyfile(ROOT / "book/_templates/landing.html", site / "index.html")
    if any(site.glob("*/live")):  # pages with cells
        wheel, pyodide = live_kit.build_wheel(work), live_kit.local_copy()
        live_kit.write(site, wheel, pyodide)
        lite.write(site, work, wheel, pyodide)
    base = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["html"]["baseurl"].rstrip("/")
    # A server answers with this page at any depth, so it must know where the book begins.
    not_found = (ROOT / "book/_templates/404.html").read_text("utf-8")
    (site / "404.html").write_text(not_found.replace("{root}", f"{urlsplit(base).path}/"), "utf-8")
    if base:
        (site / "sitemap.xml").write_text(sitemap(site, base), "utf-8")
        (site / "robots.txt").write_text(f"Sitemap: {base}/sitemap.xml\n", "utf-8")
    return site


def sitemap(site: Path, base: str) -> str:
    """A site and its address -> the list of its pages, for search engines."""
    pages = sorted(page for page in site.glob("*/*.html") if page.name != "search.html")
    entries = "".join(f"<url><loc>{base}/{page.relative_to(site).as_posix()}</loc></url>\n" for page in pages)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n')


def replace(site: Path, html: Path, old: Path):
    """Put the new site in the old one's place; the old one comes back if that fails."""
    if html.exists():
        html.rename(old)
    try:
        site.rename(html)
    except BaseException:
        if old.exists():
            old.rename(html)
        raise


def fetch_pyodide():
    """PYODIDE=yes asks for the copy that scripts/pyodide.py makes: put its folder in the place of the word."""
    if os.environ.get("PYODIDE") == "yes":
        made = subprocess.run([sys.executable, ROOT / "scripts/pyodide.py"], stdout=subprocess.PIPE, encoding="utf-8")
        if made.returncode:
            raise BuildError("it was to hold a copy of Pyodide, and there is none")
        os.environ["PYODIDE"] = made.stdout.strip()


def build(target: Path):
    """Build the whole book into target/html."""
    work = target / "work"
    fetch_pyodide()
    live_kit.local_copy()  # a wrong PYODIDE is told of at once
    target.mkdir(exist_ok=True)
    with open(target / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second build waits for the first
        began = time.time()
        try:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            run_languages(work)
            site = assemble(work)
            os.utime(site / "index.html", (began, began))  # a chapter that is changed meanwhile is newer, make sees
            replace(site, target / "html", work / "old")
        finally:
            shutil.rmtree(work, ignore_errors=True)


def main() -> str | int:
    if len(sys.argv) == 3:
        return build_language(sys.argv[1], Path(sys.argv[2]))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        build(ROOT / "_build")
    except (BuildError, OSError) as error:
        return f"The book was not built: {error}\n{ROOT / '_build/html'} is as it was."
    except subprocess.CalledProcessError as error:
        return f"The book was not built: {error}\n{error.stderr}\n{ROOT / '_build/html'} is as it was."
    except KeyboardInterrupt:
        return f"The build was stopped. {ROOT / '_build/html'} is as it was."
    return 0


if __name__ == "__main__":
    sys.exit(main())
