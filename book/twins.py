"""Keep the two languages of the book together where no program can compare them: in their words.

    python book/twins.py                    # record the cells whose two texts both changed
    python book/twins.py 04-pooling/ties    # record this one, of which one text changed, as read and right

`twins.lock` holds a line a cell: the hashes of its Spanish and its English text as they were when somebody
last read them side by side. The text of a code cell counts too (comments, labels, alt text). A Markdown page
counts as one cell, `index`, and so does the README. What must be equal whatever the words is checked by
`same_pages.py`.
"""

import hashlib
import sys

from notebooks import BOOK, LANGUAGES, alt_text, caption, markdown_pages, pages


def main(arguments, book=BOOK):
    texts, lock = paired_texts(book), read_lock(book)
    unknown = [key for key in arguments if key not in texts]
    if unknown:
        print(f"no such cell in both languages: {', '.join(unknown)}", file=sys.stderr)
        return 2
    one_sided = [] if arguments else [key for key in texts if len(changed(key, texts, lock)) == 1]
    read = arguments or [key for key in texts if key not in one_sided]
    kept = {key: both for key, both in lock.items() if key in texts}
    write_lock(book, kept | {key: hashes(texts[key]) for key in read})
    for key in one_sided:
        print(f"{key}: only {changed(key, texts, lock)[0]} changed; read both, then: make twins CELL={key}")
    return 1 if one_sided else 0


def lock_problems(book=BOOK):
    """Folder of the book -> list of messages: texts that are not as they were when last read side by side."""
    texts, lock = paired_texts(book), read_lock(book)
    gone = sorted(lock.keys() - texts.keys())
    found = [f"{key}: is in twins.lock but not in the book (make twins)" for key in gone]
    for key, (es, en) in texts.items():
        if key not in lock:
            found.append(f"{key}: is not in twins.lock (make twins)")
        elif languages := changed(key, texts, lock):
            found.append(f"{key}: changed in {' and '.join(languages)} since the two texts were last read "
                         f"together (make twins)\n--- es\n{es}\n--- en\n{en}")
    return found


def changed(key, texts, lock):
    """The languages whose text of the cell `key` is not the locked one; a new cell has none."""
    both = zip(LANGUAGES, lock.get(key, hashes(texts[key])), hashes(texts[key]), strict=True)
    return [language for language, old, new in both if old != new]


def paired_texts(book):
    """Folder of the book -> {"04-pooling/ties": (Spanish, English)} for what is in both languages."""
    es, en = (texts_of(book, language) for language in LANGUAGES)
    return {key: (es[key], en[key]) for key in sorted(es.keys() & en.keys())}


def texts_of(book, language):
    """{"04-pooling/ties": text of that cell, "index": text of that page} in one language."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in markdown_pages(book, language).items()}
    for page in pages(book, language):
        for cell in page.cells:
            words = cell.source, alt_text(cell), caption(cell)
            texts[f"{page.name}/{cell.get('id')}"] = "\n".join(text for text in words if text)
    return texts


def hashes(texts):
    """Two texts -> their two short hashes."""
    return tuple(hashlib.sha256(text.strip().encode()).hexdigest()[:12] for text in texts)


def read_lock(book):
    path = book / "twins.lock"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {key: tuple(both) for key, *both in map(str.split, lines)}


def write_lock(book, lock):
    partial = book / ".twins.lock.part"
    lines = [f"{key} {es} {en}\n" for key, (es, en) in sorted(lock.items())]
    partial.write_text("".join(lines), encoding="utf-8")
    partial.replace(book / "twins.lock")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
