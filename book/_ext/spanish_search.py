"""The search in Spanish: accents make no difference, since few type them on a phone."""

import unicodedata

from sphinx.search import IndexBuilder
from sphinx.search.es import SearchSpanish


def fold(word: str) -> str:
    """A word -> the same without accents, as the JavaScript below does it."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


class FoldingSpanish(SearchSpanish):
    """Sphinx's Spanish, with the accents taken off before and after a word is cut to its stem."""

    js_stemmer_rawcode = ""

    def __init__(self, options):
        super().__init__(options)
        builder = IndexBuilder.__new__(IndexBuilder)  # only to read the stemmer's JavaScript
        builder.lang = SearchSpanish(options)
        self.js_stemmer_code = builder.get_js_stemmer_code() + """
const fold = (word) => word.normalize("NFD").replace(/\\p{M}/gu, "");
Stemmer = function () {
  const stemmer = new SpanishStemmer();
  this.stemWord = (word) => fold(stemmer.stemWord(fold(word)));
};
"""

    def stem(self, word):
        return fold(super().stem(fold(word)))


def setup(app):
    app.add_search_language(FoldingSpanish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
