"""The parts of the book's machinery, one by one."""

import re
import struct
from types import SimpleNamespace

import bibliography
import build
import front
import images
import katex
import languages
import live_kit
import outputs
import pages
import policy
import pytest
import sharing
import slim
import spanish_search
import texts
import tinycss2
import unbroken
from docutils import nodes
from docutils.utils import new_document
from PIL import Image
from pybtex.database import parse_file
from pybtex.plugin import find_plugin
from sphinx.errors import ExtensionError


@pytest.mark.parametrize("display", [False, True])
def test_an_equation_is_drawn_and_can_be_read_aloud(display):
    html = katex.render(r"\frac{1}{2}", display)
    assert 'class="katex-html" aria-hidden="true"' in html
    assert "<mfrac>" in html
    assert ('tabindex="0"' in html) == display


def test_a_numbered_block_is_not_numbered_twice():
    assert "eqn-num" not in katex.render(r"\begin{align}x &= 1\end{align}", True)


@pytest.mark.parametrize(
    ("tex", "words"),
    [(r"\frac{1", "^KaTeX parse error: .*expected '}'"), (r"\nonsense", "Undefined control sequence")],
)
def test_a_mistake_in_an_equation_is_told_in_the_words_of_katex(tex, words):
    with pytest.raises(ValueError, match=words):
        katex.render(tex, False)


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a{x:1}", True),
        (".z{x:1}", False),
        (".z,.a{x:1}", True),
        (".a .z{x:1}", False),
        ("p{x:1}", True),
        (".a:not(.z){x:1}", True),
        ("@media print{.a{x:1}}", True),
        ("@media print{.z{x:1}}", False),
    ],
)
def test_a_style_rule_stays_when_something_can_meet_it(css, kept):
    purged = slim.purge(tinycss2.parse_stylesheet(css, True, True), {"a"})
    assert ("x:1" in purged) == kept
    assert ".z" not in purged.replace(":not(.z)", "")


def test_a_font_stays_when_a_rule_names_it():
    used, idle = "@font-face{font-family:Used;src:x}", "@font-face{font-family:Idle;src:x}"
    assert slim.drop_idle_fonts(used + idle + "p{font-family:Used}") == used + "p{font-family:Used}"


def write_theme_scripts(static, *texts):
    (static / "scripts").mkdir()
    for (name, *_), text in zip(slim.PATCHES, texts, strict=True):
        with open(static / name, "a", encoding="utf-8") as script:
            script.write(text)


def test_the_scripts_of_the_theme_are_patient_and_silent(tmp_path):
    write_theme_scripts(
        tmp_path,
        'act(),"complete"===document.readyState?O():window.addEventListener("load",O);',
        'act(),console.log(`[PST]: Acted.`),console.log("mine");',
        'console.log("[SBT]: Acted.");',
        "SHOW_SEARCH_SUMMARY: true,",
    )
    slim.patch_scripts(tmp_path)
    scripts = [(tmp_path / name).read_text() for name, *_ in slim.PATCHES]
    assert scripts[0] == 'act(),0;act(),void 0,console.log("mine");'
    assert scripts[2] == "void 0;"
    assert scripts[3] == "SHOW_SEARCH_SUMMARY: location.protocol !== 'file:',"


@pytest.mark.parametrize("changed", range(len(slim.PATCHES)))
def test_a_script_that_has_changed_is_told_of(changed, tmp_path):
    texts = [
        '"complete"===document.readyState?O():window.addEventListener("load",O)',
        'console.log("[PST] x")', 'console.log("[SBT] x")', "SUMMARY: true",
    ]
    texts[changed] = ""
    write_theme_scripts(tmp_path, *texts)
    with pytest.raises(ExtensionError, match=f"{slim.PATCHES[changed][0]} holds no"):
        slim.patch_scripts(tmp_path)


@pytest.mark.parametrize(
    ("tex", "after", "held"),
    [("x", ", and", "x,"), ("x", "), and", "x),"), ("x", " and", "x"), ("x" * (unbroken.SHORT + 1), ", and", None)],
)
@pytest.mark.parametrize("kind", [nodes.math, nodes.literal])
def test_what_is_short_is_not_broken_nor_parted_from_the_mark_after_it(kind, tex, after, held):
    text = nodes.paragraph("", "", nodes.Text("so "), kind("", tex), nodes.Text(after))
    unbroken.hold(None, text, "page")
    assert text.astext() == f"so {tex}{after}"
    whole = [part.astext() for part in text.findall(nodes.Element) if "unbroken" in part["classes"]]
    assert whole == ([held] if held else [])


def test_a_picture_becomes_lighter_and_keeps_its_size(tmp_path):
    Image.effect_noise((90, 60), 30).save(tmp_path / "noise.png")
    heavy = (tmp_path / "noise.png").stat().st_size
    images.as_webp(tmp_path / "noise.png")
    assert [path.name for path in tmp_path.iterdir()] == ["noise.webp"]
    assert (tmp_path / "noise.webp").stat().st_size < heavy
    with Image.open(tmp_path / "noise.webp") as light:
        assert light.size == (90, 60)


def test_a_drawing_stays_exact(tmp_path):
    drawing = Image.radial_gradient("L").quantize(4).convert("RGB")
    drawing.save(tmp_path / "drawing.png")
    images.as_webp(tmp_path / "drawing.png")
    with Image.open(tmp_path / "drawing.webp") as light:
        assert light.convert("RGB").tobytes() == drawing.tobytes()


def test_a_card_shows_the_whole_picture():
    square = front.card(Image.new("RGB", (10, 10), "black"), (200, 100))
    assert square.size == (200, 100) and square.getpixel((0, 0)) == (255, 255, 255)
    assert square.getpixel((100, 50)) == (0, 0, 0) and square.getpixel((40, 50)) == (255, 255, 255)


@pytest.mark.parametrize("word", ["convolución", "tamaño", "pérdida", "píxeles", "agrupación"])
def test_a_spanish_word_is_found_without_its_accents(word):
    search = spanish_search.FoldingSpanish({})
    assert search.stem(word) == search.stem(spanish_search.fold(word))
    assert search.stem("filtros") == search.stem("filtro")


@pytest.mark.parametrize(("page", "address"), [("01-sum", "https://a.org/en/"), ("01-sum", ""), ("09-none", "a/")])
def test_a_published_chapter_has_a_picture_for_those_who_link_to_it(page, address, small_book, tmp_path):
    config = SimpleNamespace(html_baseurl=address)
    app, context = SimpleNamespace(config=config, srcdir=small_book / "en", outdir=tmp_path / "html"), {}
    sharing.add_picture(app, page, "page.html", context, new_document("page"))
    if address and page == "01-sum":
        assert context == {"picture": f"{address}_static/share/01-sum.jpg"}
        with Image.open(tmp_path / "html/_static/share/01-sum.jpg") as picture:
            assert picture.size == sharing.SIZE
    else:
        assert context == {}


def test_an_image_gets_the_size_of_its_file(tmp_path):
    (tmp_path / "dot.gif").write_bytes(b"GIF89a" + struct.pack("<HH", 30, 20))
    tag = images.sized('<img alt="dot" src="dot.gif" />', tmp_path / "page.html")
    assert tag == '<img alt="dot" src="dot.gif" width="30" height="20" loading="lazy">'


def test_only_a_wide_picture_gets_a_box():
    page = '<figure class="a" id="b">\n{}</figure>'
    picture = '<img src="c.webp" width="{}" height="9">'.format
    small, wide = page.format(picture(images.WIDE)), page.format(picture(images.WIDE + 1))
    boxed = page.format(f'<div class="wide">{picture(images.WIDE + 1)}</div>')
    assert images.boxed(small) == small
    assert images.boxed(small + wide) == small + boxed


@pytest.mark.parametrize(("kind", "line", "breaks"), [
    ("stream", "9" * outputs.LONGEST, False), ("stream", "x\n" + "9" * (outputs.LONGEST + 1), True),
    ("literal-block", "9" * 200, False),
])
def test_only_a_printed_line_that_is_too_long_for_a_row_of_numbers_may_break(kind, line, breaks):
    block = nodes.literal_block(line, line, classes=["output", kind])
    document = new_document("page")
    document += block
    outputs.mark_sentences(None, document)
    assert ("sentences" in block["classes"]) == breaks


@pytest.mark.parametrize("tag", ['<img src="dot.gif" width="5">', '<img src="data:image/gif;base64,R0">'])
def test_an_image_with_a_size_or_without_a_file_is_left_alone(tag, tmp_path):
    assert images.sized(tag, tmp_path / "page.html") == tag


@pytest.mark.parametrize(
    ("theme", "spanish"),
    [
        ('<div id="jb-print-docs-body" class="x"><h1>T</h1></div>',
         '<div id="jb-print-docs-body" class="x"><p class="h1">T</p></div>'),
        ('<a title="Link to this heading">#</a>', '<a title="Enlace a este lugar">#</a>'),
        ('<i class="fa-solid fa-list"></i>', '<i class="fa-solid fa-list" aria-hidden="true"></i>'),
        ('<div class="cell tag_hide-cell tag_solution"><details><summary><p class="a">x</p><p class="b">y</p>',
         '<div class="cell tag_hide-cell tag_solution"><details><summary>'
         '<p class="a">Mostrar la solución</p><p class="b">Ocultar la solución</p>'),
        ('<span></span><span class="n">x</span><span class="o">=</span>', 'x<span class="o">=</span>'),
        ('<script src="../_static/copybutton.js?v=1"></script>',
         '<script type="later" data-src="../_static/copybutton.js?v=1"></script>'),
        ('<script src="../_static/own.js"></script>', '<script defer src="../_static/own.js"></script>'),
        ("<script>DOCUMENTATION_OPTIONS.pagename = 'index';</script>", ""),
        ('<script src="a/fontawesome.js?digest=1"></script>\n<link rel="preload" as="script" href="a.js" />', ""),
    ],
)  # fmt: skip
def test_what_the_theme_leaves_wrong_is_put_right(theme, spanish):
    assert pages.repaired(theme, "es") == spanish


def test_a_page_may_run_its_own_scripts_and_no_other():
    rules = policy.policy('<script src="a.js"></script><script>alert("Hello, world.");</script>')
    # Computed with `openssl dgst -sha256 -binary | base64`.
    assert "script-src 'self' file: 'sha256-95/2P1j1ZySEaTPvS2vdbldPcGJYZRvEeWm0x0qZqcQ=';" in rules
    assert "worker-src 'none'" in rules and "https:" not in rules


def test_a_plural_needs_no_text_that_is_run(tmp_path):
    (tmp_path / "translations.js").write_text('({"plural_expr": "n == 1 ? 0 : 1"})')
    (tmp_path / "doctools.js").write_text('rule = new Function(\n  "n",\n  `return (${catalog.plural_expr})`\n);')
    policy.write_plural(tmp_path)
    assert (tmp_path / "doctools.js").read_text() == "rule = (n) => (n == 1 ? 0 : 1);"
    with pytest.raises(ExtensionError, match="0 functions"):
        policy.write_plural(tmp_path)


def test_only_a_page_that_runs_may_contact_the_address_of_pyodide(monkeypatch):
    monkeypatch.delenv("PYODIDE", raising=False)
    assert f"connect-src 'self' file: blob: https://{live_kit.HOST}/npm/" in policy.policy('<div class="live">')
    assert live_kit.HOST not in policy.policy("<div>")


@pytest.mark.parametrize("by_language", [texts.TEXTS, texts.LIVE_TEXTS])
def test_both_languages_leave_the_same_places_open_in_a_text(by_language):
    for name, spanish in by_language["es"].items():
        places = [sorted(re.findall(r"{\w+}", text)) for text in (spanish, by_language["en"][name])]
        assert places[0] == places[1], name


def test_a_description_is_the_first_paragraph_that_says_something():
    maths = nodes.paragraph("", "A paragraph with maths is passed over, because it reads badly: ", nodes.math("", "x"))
    page = nodes.section("", nodes.paragraph("", "Short."), maths, nodes.paragraph("", "word " * 50))
    description = languages.description(page)
    assert description.startswith("word word") and description.endswith("word…")
    assert 150 <= len(description) <= 161


@pytest.mark.parametrize(("language", "source", "joined"), [
    ("es", "kingma2015", "Kingma y Jimmy Ba"), ("en", "kingma2015", "Kingma and Jimmy Ba"),
    ("es", "vaswani2017", "Kaiser e Illia"), ("en", "vaswani2017", "Kaiser, and Illia"),
])
def test_sources_are_listed_in_the_language_of_the_page(language, source, joined):
    entry = parse_file(build.ROOT / "book/references.bib").entries[source]
    plain = find_plugin("pybtex.backends", "plaintext")()
    (formatted,) = bibliography.STYLES[language]().format_entries([entry])
    text = formatted.text.render(plain)
    assert joined in text
    assert {"es": " En ", "en": " In "}[language] in text


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("reading\na.md:1: WARNING: first\nb.md:2: WARNING: second\n", "a.md:1: WARNING: first"),
        ("a.md:1: WARNING: first\nOSError: no room\n", "OSError: no room"),
        ("", "its process ended with status -9"),
    ],
)
def test_a_failed_build_names_its_cause(output, cause):
    assert build.cause(output, -9) == cause


def test_without_a_copy_of_pyodide_no_book_is_built_with_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PYODIDE", "yes")
    monkeypatch.setattr(build, "ROOT", tmp_path)  # no scripts here
    with pytest.raises(build.BuildError, match="copy of Pyodide"):
        build.fetch_pyodide()
