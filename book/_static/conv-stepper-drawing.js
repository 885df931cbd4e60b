// What <conv-stepper> draws: grids of numbers, the window over them, and the sum of a window as text.
window.convStepper.drawing = (() => {
  const NUMBER = "\\s*[\\-−+]?(\\d+([.,]\\d*)?|[.,]\\d+)\\s*"; // as a reader types one

  const show = (value) => String(+value.toFixed(2) || 0).replace("-","−");
  const bracketed = (value) => (value < 0 ? `(${show(value)})` : show(value));
  const signed = (value) => (value < 0 ? show(value) : `+${show(value)}`);

  // A grid of one kind of cell: input, button or span. What the reader can type or choose knows its name and place.
  function grid(name, tag, size, padding, t) {
    const [rows, columns] = size.map((length, axis) => [...Array(length).keys()].map((k) => k - padding[axis]));
    const isPadding = (i, j) => [i, j].some((k, axis) => k < 0 || k >= size[axis] - 2 * padding[axis]);
    const cell = (i, j) => {
      const place = `data-grid="${name}" data-i="${i}" data-j="${j}" tabindex="-1"`;
      const label = t.cell(t[name], i, j);
      return {
        input: `<input ${place} aria-label="${label}" required pattern="${NUMBER}" autocomplete="off">`,
        button: `<button type="button" ${place} data-label="${label}"></button>`,
        span: "<span></span>",
      }[isPadding(i, j) ? "span" : tag];
    };
    const cells = rows.flatMap((i) => columns.map((j) =>
      `<span class="cell${isPadding(i, j) ? " padding" : ""}">${cell(i, j)}</span>`));
    return `<div class="matrix"><span class="name">${t[name]}</span>
      <div class="cells" data-name="${name}" data-label="${t[name]}" role="${tag === "span" ? "img" : "group"}"
        aria-label="${t[name]}" style="--width: ${size[1]}">${cells.join("")}<i class="window" hidden></i></div></div>`;
  }

  // Numbers and colors for a grid. `notes` are what the cells in the window have to say, row by row; `readers`, how
  // many windows read each cell; `window`, its first row and column, and how many of each it covers.
  function paint(cells, { values, empty = "", notes = [], readers = [], window }) {
    const [flat, says, read] = [values, notes, readers].map((rows) => rows.flat());
    const most = Math.max(...flat.map(Math.abs)) || 1;
    cells.querySelectorAll(".cell").forEach((cell, k) => {
      const value = flat[k], text = cell.firstChild, typed = text.tagName === "INPUT";
      if (!typed) text.textContent = value === null ? empty : show(value);
      if (text.tagName === "BUTTON") text.ariaLabel = text.dataset.label + (value === null ? "" : `: ${show(value)}`);
      text.classList.toggle("long", (typed ? text.value : text.textContent).length > 4);
      cell.style.setProperty("--tint", `var(${value < 0 ? "--edge-input" : "--edge-mistake"})`);
      cell.style.setProperty("--share", `${Math.round((32 * Math.abs(value)) / most)}%`);
      cell.classList.toggle("unread", read[k] === 0);
      cell.classList.toggle("read", says[k] !== undefined);
      cell.toggleAttribute("data-note", Boolean(says[k]));
      if (says[k]) cell.dataset.note = says[k];
    });
    const { label } = cells.dataset;
    if (cells.role === "img") cells.ariaLabel = `${label}: ${values.map((row) => row.map(show).join(" ")).join("; ")}`;
    const frame = cells.querySelector(".window");
    frame.hidden = !window;
    window?.forEach((number, k) => frame.style.setProperty(`--${"ijhw"[k]}`, number));
  }

  // The terms of a window, a line for each of its rows; those that give nothing are paler.
  function terms(reads, sign, text, counts) {
    const said = reads.map((read, k) => text(read) + (k + 1 < reads.length ? sign : ""));
    const spans = reads.map((read, k) => `${k && read.u > reads[k - 1].u ? "<br>" : ""}<span${
      counts(read) ? "" : ' class="zero"'}>${said[k]}</span>`);
    const width = Math.max(...said.map((term) => term.length));
    return `<span class="terms" style="--term: ${width}ch">${spans.join(" ")}</span>`;
  }

  // How output (i, j) is made.
  function sum(s, reads, i, j, value, t) {
    const inside = reads.filter((read) => read.inside);
    const made = {
      conv: () => terms(reads, " +", ({ pixel, factor }) => `${show(pixel)}·${bracketed(factor)}`,
        ({ pixel, factor }) => pixel * factor) + (s.bias ? ` + ${bracketed(s.bias)} (${t.bias})` : ""),
      max: () => `max(${terms(inside, ",", ({ pixel }) => show(pixel), ({ factor }) => factor)})`,
      average: () => `(${terms(inside, " +", ({ pixel }) => bracketed(pixel), () => true)}) / ${inside.length}`,
    }[s.mode]();
    return `<div><span>y[${i}, ${j}] =</span> ${made} <span>= <b>${show(value)}</b></span></div>`;
  }

  // Where the dy of an output goes.
  function shares(s, reads, dy, db) {
    const g = bracketed(dy), inside = reads.filter((read) => read.inside);
    const part = s.mode === "average" ? () => `${g}/${inside.length}` : ({ factor }) => `${g}·${bracketed(factor)}`;
    const toPixels = terms(reads, ",", part, ({ factor }) => dy * factor);
    const toWeights = terms(reads, ",", ({ pixel }) => `${g}·${bracketed(pixel)}`, ({ pixel }) => dy * pixel);
    return `<div><span>dx +=</span> ${toPixels}</div>${s.mode !== "conv" ? ""
      : `<div><span>dw +=</span> ${toWeights}</div><div><span>db = <b>${show(db)}</b></span></div>`}`;
  }

  return { NUMBER, show, signed, grid, paint, sum, shares };
})();
