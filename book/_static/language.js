// The language switch leads to the place that the reader is looking at: both pages have the same sections and cells.
const places = [...document.querySelectorAll("main section[id], main div.cell")];
const KEY_PLACE = "switched-at";

// The last section or cell that begins above the upper third of the window, and how far it is scrolled.
function placeInView() {
  const line = window.innerHeight / 3;
  const index = places.findLastIndex((place) => place.getBoundingClientRect().top < line);
  if (index < 1) return null;
  const { top, height } = places[index].getBoundingClientRect();
  return { index, count: places.length, share: (line - top) / height };
}

document.querySelector("a.language-switch")?.addEventListener("click", (event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // the page opens in another tab: this one stays
  const place = placeInView();
  event.currentTarget.hash = place ? places[place.index].closest("section").id : "";
  if (!elsewhere) keepPlace(place);
});

// A browser may refuse to keep anything: the link still leads to the section.
function keepPlace(place) {
  try { sessionStorage.setItem(KEY_PLACE, JSON.stringify(place)); } catch { /* see above */ }
}

function takePlace() {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEY_PLACE));
    sessionStorage.removeItem(KEY_PLACE);
    return place;
  } catch { return null; }
}

const wanted = takePlace();
if (wanted?.count === places.length) {
  addEventListener("load", () => setTimeout(() => { // after the browser has gone to the section
    const { top, height } = places[wanted.index].getBoundingClientRect();
    scrollBy({ top: top + wanted.share * height - window.innerHeight / 3, behavior: "instant" });
  }));
}
