// Which chapters a reader has marked as read. It is kept in this browser, for both languages, and nowhere else.
const KEY = "chapters-read";
let read = new Set();
const button = document.querySelector(".progress-mark");
const links = [...document.querySelectorAll(".bd-docs-nav a, .chapter-cards a")];

// A browser may refuse to keep anything.
function stored() {
  try { return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]")); } catch { return read; }
}

function show() {
  for (const link of links) {
    const page = link.pathname.split("/").at(-1).replace(/\.html$/, "");
    link.querySelector(".read-mark")?.remove();
    if (read.has(page)) link.append(mark());
  }
  button?.setAttribute("aria-pressed", read.has(button.dataset.page));
}

function mark() {
  const sign = document.createElement("span");
  sign.className = "read-mark";
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", document.documentElement.lang === "es" ? "leído" : "read");
  sign.textContent = " ✓";
  return sign;
}

button?.addEventListener("click", () => {
  const page = button.dataset.page;
  read = stored(); // another tab may have marked a chapter since
  if (!read.delete(page)) read.add(page);
  try { localStorage.setItem(KEY, JSON.stringify([...read])); } catch { /* the mark stays until the page is left */ }
  show();
});
read = stored();
show();
