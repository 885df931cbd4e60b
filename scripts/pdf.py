"""Print the built book: _build/pdf/cnn-es.pdf and cnn-en.pdf, through the system's Chromium.

Each page is printed on its own, with the headings as bookmarks, and the pages are put together in the book's order.
"""

from io import BytesIO
from pathlib import Path

import chromium
import yaml
from pypdf import PdfReader, PdfWriter

ROOT = Path(__file__).resolve().parents[1]
FOOTER = """<p style="font: 8pt sans-serif; text-align: center; width: 100%">
<span class="title"></span> · <span class="pageNumber"></span></p>"""


def pages(language: str) -> list[Path]:
    """A language -> its built pages, in the order of the table of contents."""
    toc = yaml.safe_load((ROOT / "book" / language / "_toc.yml").read_text("utf-8"))
    names = [toc["root"], *(chapter["file"] for chapter in toc["chapters"])]
    return [ROOT / "_build/html" / language / f"{name}.html" for name in names]


def printed(browser, page: Path) -> bytes:
    """A page of the book -> its PDF, with every picture loaded."""
    tab = chromium.open_whole(browser, page)
    pdf = tab.pdf(prefer_css_page_size=True, tagged=True, outline=True, display_header_footer=True,
                  header_template="<span></span>", footer_template=FOOTER)
    tab.close()
    return pdf


def main():
    target = ROOT / "_build/pdf"
    target.mkdir(parents=True, exist_ok=True)
    with chromium.running() as browser:
        for language in ("es", "en"):
            book = PdfWriter()
            for page in pages(language):
                book.append(PdfReader(BytesIO(printed(browser, page))))
            unfinished = target / "unfinished.pdf"
            book.write(unfinished)
            unfinished.rename(target / f"cnn-{language}.pdf")
            print(f"{target / f'cnn-{language}.pdf'}: {len(book.pages)} pages")


if __name__ == "__main__":
    main()
