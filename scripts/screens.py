"""Take a picture of every built page in four variants, for a person to look at: _build/screens/index.html.

`python scripts/screens.py en/04 es/07` takes those pages alone.
"""

import sys
from pathlib import Path

import chromium

ROOT = Path(__file__).resolve().parents[1]
HTML, SCREENS = ROOT / "_build/html", ROOT / "_build/screens"
VARIANTS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
TALLEST = 12_000  # pixels; Chromium repeats itself in a picture taller than 16,000: a longer page takes several
SHEET = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Every page in four variants</title>
<style>body {{ font: 1rem sans-serif }} div {{ display: flex; gap: 1rem }}
a {{ flex: 1; height: 30rem; overflow: hidden }}
img {{ width: 100% }}</style>{rows}</html>
"""


def take(browser, page: Path) -> str:
    """A page -> its pictures, and their row of the contact sheet."""
    tab = chromium.open_whole(browser, page)
    name = page.relative_to(HTML).with_suffix("").as_posix()
    row = ""
    for width, scheme in VARIANTS:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no picture of a color on its way
        height = tab.evaluate("document.documentElement.scrollHeight")
        tab.set_viewport_size({"width": width, "height": min(height, TALLEST)})
        for part, top in enumerate(range(0, height, TALLEST), start=1):
            picture = f"{name.replace('/', '-')}-{width}-{scheme}-{part}.jpg"
            tab.evaluate("top => scrollTo({ top, behavior: 'instant' })", top)
            tab.screenshot(path=SCREENS / picture, type="jpeg", quality=60)
            row += f'<a href="{picture}"><img loading="lazy" src="{picture}" alt="{picture}"></a>'
    tab.close()
    return f"<h2>{name}</h2><div>{row}</div>\n"


def main(wanted: list[str]):
    SCREENS.mkdir(parents=True, exist_ok=True)
    pages = [page for page in sorted(HTML.glob("e[ns]/*.html"))
             if not wanted or any(page.relative_to(HTML).as_posix().startswith(name) for name in wanted)]
    with chromium.running() as browser:
        rows = "".join(take(browser, page) for page in pages)
    (SCREENS / "index.html").write_text(SHEET.format(rows=rows), "utf-8")
    print(f"Look at: {SCREENS / 'index.html'}")


if __name__ == "__main__":
    main(sys.argv[1:])
