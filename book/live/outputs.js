// The outputs of a cell: what the page stored, or what a run sends, in the same place and the same look.
const LIMIT = 100000; // characters that one cell may print
const text = window.livePage.texts;

function element(tag, className, content = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.append(content);
  return made;
}

function html(className, content) {
  const made = element("div", className);
  made.innerHTML = content;
  return made;
}

// The little Markdown that cnnlib's own objects show: blocks of code, and paragraphs with code and emphasis.
function markdown(source) {
  return source.split(/^```\w*\n([^]*?)\n?```$/m).map((part, k) => k % 2
    ? `<div class="highlight"><pre>${highlighted(part)}\n</pre></div>`
    : part.split(/\n{2,}/).filter((one) => one.trim()).map((one) => `<p>${inline(one.trim())}</p>`).join("")).join("");
}

function inline(source) {
  return source.split(/`([^`]+)`/).map((part, k) => k % 2
    ? `<code class="docutils literal notranslate">${escaped(part)}</code>`
    : escaped(part).replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>").replace(/\*(.+?)\*/g, "<em>$1</em>")).join("");
}

const printed = (className, content) => {
  const box = element("div", `output ${className}`);
  const frame = element("div", "highlight");
  frame.append(element("pre", "", content));
  box.append(frame);
  return box;
};

// After a carriage return a line is written anew, as soon as there is something to write.
const overwritten = (content) => content.includes("\r")
  ? content.split("\n").map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1)).join("\n")
  : content;

// The line that matters, and the whole behind a fold.
function failure({ ename, evalue, traceback, line }) {
  const box = element("div", "output live-error");
  const place = line ? ` (${text.line} ${line})` : "";
  box.append(element("p", "", `${ename}: ${evalue}${place}`));
  if (traceback.length > 1) {
    const fold = element("details", "");
    fold.append(element("summary", "", text.traceback), element("pre", "", traceback.join("\n")));
    box.append(fold);
  }
  return box;
}

function makeOutputs(cell, isEdited) {
  const stored = cell.querySelector(".cell_output");
  const box = stored ?? element("div", "cell_output docutils container");
  const original = [...box.childNodes];
  const images = [...box.querySelectorAll("img")];
  const saved = images.map((image) => [image, image.getAttribute("src"), image.alt]);
  if (!stored) cell.querySelector(".cell_input").after(box);
  let list = []; // as a notebook stores them
  let displays = {}; // those of the list that a cell can change later, by their id
  let clearing = false;
  let size = 0;
  let drawn = 0;

  // A new picture takes the place of the stored one, in its figure, with its caption.
  function picture(address) {
    const image = images[drawn];
    drawn += 1;
    if (!image || (isEdited() && images.length > 1)) {
      const made = Object.assign(element("img", ""), { src: address, alt: text.figure });
      const frame = element("div", "output image_png");
      frame.append(made);
      return frame;
    }
    image.src = address;
    if (isEdited()) image.alt = text.figure;
    return original.find((node) => node.contains(image));
  }

  function content(data) {
    if (data["text/html"]) return html("output text_html", data["text/html"]);
    if (data["image/svg+xml"]) return picture(`data:image/svg+xml,${encodeURIComponent(data["image/svg+xml"])}`);
    const kind = ["image/png", "image/jpeg"].find((one) => data[one]);
    if (kind) return picture(`data:${kind};base64,${data[kind]}`);
    if (data["text/markdown"]) return html("output text_markdown", markdown(data["text/markdown"]));
    return printed("text_plain", data["text/plain"] ?? "");
  }

  // What is still to be shown of a printed text.
  function within({ text: printedText }) {
    const room = Math.max(0, LIMIT - size);
    size += printedText.length;
    return printedText.length <= room ? printedText : printedText.slice(0, room) + (room ? "\n…\n" : "");
  }

  function stream(output) {
    const last = list.at(-1);
    const joins = last?.output_type === "stream" && last.name === output.name;
    if (!joins) box.append(printed(`stream ${output.name}`));
    if (!joins) list.push({ ...output, text: "" });
    list.at(-1).text = overwritten(list.at(-1).text + within(output));
    box.lastChild.querySelector("pre").textContent = list.at(-1).text;
    const isLong = (line) => line.length > window.livePage.longest;
    box.lastChild.classList.toggle("sentences", list.at(-1).text.split("\n").some(isLong));
  }

  function update({ data, metadata, transient }) {
    const shown = box.querySelector(`[data-display="${CSS.escape(transient.display_id)}"]`);
    if (!shown) return;
    Object.assign(displays[transient.display_id], { data, metadata });
    const fresh = content(data);
    fresh.dataset.display = transient.display_id;
    shown.replaceWith(fresh);
  }

  function clear() {
    box.replaceChildren();
    [list, displays, clearing, size, drawn] = [[], {}, false, 0, 0];
  }

  function add({ line, transient, ...output }) {
    if (clearing) clear();
    const kind = output.output_type;
    if (kind === "clear_output") clearing = output.wait || void clear();
    else if (kind === "stream") stream(output);
    else if (kind === "update_display_data") update({ ...output, transient });
    else {
      list.push(output);
      const shown = kind === "error" ? failure({ ...output, line }) : content(output.data);
      if (transient?.display_id) {
        shown.dataset.display = transient.display_id;
        displays[transient.display_id] = output;
      }
      box.append(shown);
    }
  }

  function reset() {
    clear();
    for (const [image, src, alt] of saved) Object.assign(image, { src, alt });
    box.replaceChildren(...original);
  }

  return { add, clear, reset, get list() { return list; } };
}
