// A code cell that can be edited: a text area without a color lies on the code of the page, which keeps its colors.
const WORDS = "False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|" +
  "from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield";
const STRING = '[rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|$)|\'\'\'[^]*?(?:\'\'\'|$)|"(?:\\\\.|[^"\\\\\\n])*"?|\'(?:\\\\.|[^\'\\\\\\n])*\'?)';
const TOKEN = new RegExp(`(#.*)|(${STRING})|\\b(\\d[\\w.]*)|\\b(${WORDS})\\b|[\\w]+|[^]`, "g");
const CLASSES = ["c1", "s2", "mi", "k"]; // as Pygments names them, so that the style sheet of the page fits

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function highlighted(code) {
  return code.replace(TOKEN, (token, ...groups) => {
    const kind = CLASSES.find((_, k) => groups[k] !== undefined);
    return kind ? `<span class="${kind}">${escaped(token)}</span>` : escaped(token);
  });
}

const insert = (text) => document.execCommand("insertText", false, text); // the one way that can be undone

// The four spaces of a Tab, and the indentation of a new line. After Escape, Tab leaves the cell as in any form.
function typed(event, area) {
  const plain = !(event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
  if (event.key === "Tab" && plain && !area.leaving) {
    event.preventDefault();
    insert("    ");
  } else if (event.key === "Enter" && plain) {
    const line = area.value.slice(0, area.selectionStart).split("\n").at(-1);
    event.preventDefault();
    insert(`\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? "    " : ""}`);
  }
  area.leaving = event.key === "Escape";
}

function makeEditor(pre, source, label, changed) {
  const area = document.createElement("textarea");
  const colors = pre.innerHTML;
  Object.assign(area, { spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off" });
  area.setAttribute("aria-label", label);
  const frame = document.createElement("div");
  frame.className = "live-code";
  pre.replaceWith(frame);
  frame.append(pre, area);
  const style = getComputedStyle(pre);
  for (const name of ["font", "lineHeight", "letterSpacing", "padding", "margin", "tabSize"]) area.style[name] = style[name];

  const draw = () => { pre.innerHTML = area.value === source ? colors : `${highlighted(area.value)}\n`; };
  const write = (text) => { area.value = text; draw(); };
  area.addEventListener("input", () => { draw(); changed(); });
  area.addEventListener("scroll", () => { pre.scrollLeft = area.scrollLeft; });
  area.addEventListener("keydown", (event) => typed(event, area));
  write(source);
  return { area, write, get text() { return area.value; }, get edited() { return area.value !== source; } };
}
