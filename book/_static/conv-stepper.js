// <conv-stepper>: a window slides over a small image, and each sum that it makes can be read. Forward it fills the map
// cell by cell; backward each output hands its gradient out to the pixels and to the weights that made it.
//
//   <conv-stepper lang="en" image="0 1 / 1 0" filter="1 -1" stride="1" padding="0" dilation="1" bias="0">
//
// mode: conv (with a filter), max or average (with a window, size="2 3"). dy: the gradient; what is not given is 1.
// filter="… | …" and dy="… | …" give several to choose from. direction="backward" begins there. settings="image
// stride": what the reader can change; all if not given. A setting that is one number holds for rows and columns; "2
// 3" has one for each.
{
  const { arithmetic, drawing, style, texts } = window.convStepper;
  const { padded, reach, outputSize, readers, table, walk, windowAt } = arithmetic;
  const LIMITS = { image: [1, 12], size: [1, 5], stride: [1, 5], padding: [0, 4], dilation: [1, 4] };
  const ROOM = 20; // rows and columns of the largest map within these limits
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const PACE = 900; // milliseconds
  const ICONS = {
    previous: "M4 3h2v10H4zM13 3v10L7 8z", next: "M10 3h2v10h-2zM3 3v10l6-5z",
    play: "M4 2.5v11l9-5.5z", pause: "M4 3h3v10H4zM9 3h3v10H9z",
  };

  const pair = (text) => text.trim().split(/\s+/);
  const matrix = (text) => text.split("/").map(pair);
  const roomy = (given, fill) => table(ROOM, ROOM, fill).map((row, i) => row.map((_, j) => given[i]?.[j] ?? fill));
  const icon = (name) => `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  const button = (name, content, more = "") => `<button type="button" name="${name}" ${more}>${content}</button>`;

  class ConvStepper extends HTMLElement {
    connectedCallback() {
      window.whenLaidOut(this, () => this.build());
    }

    build() {
      if (this.shadowRoot) return;
      this.t = texts[this.lang] ?? texts.en;
      this.pooling = this.given("mode", "conv") !== "conv";
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = style + this.controls();
      this.find = (selector) => root.querySelector(selector);
      this.all = (selector) => [...root.querySelectorAll(selector)];
      root.addEventListener("input", (event) => this.typed(event.target));
      root.addEventListener("click", (event) => this.pressed(event.target.closest("button")));
      root.addEventListener("keydown", (event) => this.moved(event));
      root.addEventListener("focusin", (event) => this.entered(event.target));
      this.reset();
    }

    disconnectedCallback() {
      if (this.shadowRoot) this.play(false);
    }

    given(name, fallback = "") {
      return this.getAttribute(name) ?? fallback;
    }

    // ---- The controls, written once.

    controls() {
      const { t } = this;
      const named = (name, content, more = "") => button(name, content, `aria-label="${t[name]}" ${more}`);
      return `<div class="ui">
        <div class="settings"><div class="switch" role="group" aria-label="${t.direction}">
          ${button("forward", t.forward)}${button("backward", t.backward)}</div>
          ${this.choices()}${this.fields()}${button("reset", t.reset)}</div>
        <div class="stage"></div><p class="message" role="alert"></p><div class="sum"></div>
        <div class="player">${named("previous", icon("previous"))}
          ${named("play", icon("play") + icon("pause"), 'aria-pressed="false"')}${named("next", icon("next"))}
          <input type="range" name="step" aria-label="${t.step}" min="1" autocomplete="off"><output></output></div>
        <p class="said" role="status"></p></div><slot></slot>`;
    }

    // Which pooling, or which of several filters.
    choices() {
      const select = (name, label, options) => `<label>${label}<select name="${name}" autocomplete="off">${
        options.map(([value, text]) => `<option value="${value}">${text}</option>`).join("")}</select></label>`;
      const filters = [...this.given("filter").split("|").keys()];
      if (this.pooling) return select("mode", this.t.mode, ["max", "average"].map((mode) => [mode, this.t[mode]]));
      return filters.length > 1 ? select("choice", this.t.filter, filters.map((k) => [k, k])) : "";
    }

    fields() {
      const { t } = this, names = ["image", "size", "stride", "padding", ...(this.pooling ? [] : ["dilation", "bias"])];
      const wanted = pair(this.given("settings", names.join(" ")));
      return names.filter((name) => wanted.includes(name)).map((name) => {
        const axes = ["image", "size"].includes(name) || pair(this.given(name)).length > 1 ? [t.rows, t.columns] : [""];
        const [low, high] = LIMITS[name] ?? [];
        const kind = LIMITS[name] ? `type="number" min="${low}" max="${high}"` : `pattern="${drawing.NUMBER}"`;
        const inputs = axes.map((axis, k) => `<input name="${name}" data-axis="${k}" ${kind} required autocomplete="off"
          aria-label="${this.label(name)}${axis && `, ${axis}`}">`);
        return `<span class="field"><span aria-hidden="true">${this.label(name)}</span>${inputs.join("×")}</span>`;
      }).join("");
    }

    label(name) {
      return this.t[name === "size" && !this.pooling ? "filter" : name];
    }

    // ---- What the reader does.

    reset() {
      const x = matrix(this.given("image", "0")), w = matrix(this.given("filter", "0").split("|")[0]);
      const size = this.pooling ? pair(this.given("size", "2 2")) : [w.length, w[0].length];
      const setting = (name, fallback) => pair(this.given(name, fallback));
      this.mode = this.given("mode", "conv");
      this.setting = {
        image: [x.length, x[0].length], size, stride: setting("stride", this.pooling ? size.join(" ") : "1"),
        padding: setting("padding", "0"), dilation: setting("dilation", "1"), bias: setting("bias", "0"),
      };
      this.typing = { x: roomy(x, "0") };
      for (const input of this.all(".field > input")) input.value = this.setting[input.name][input.dataset.axis];
      for (const select of this.all("select")) select.value = select.name === "mode" ? this.mode : "0";
      this.choose(0);
      this.turn(this.given("direction") === "backward");
    }

    // One of the filters, with its gradient.
    choose(k) {
      this.typing.w = roomy(matrix(this.given("filter", "0").split("|")[k]), "0");
      this.typing.dy = roomy(matrix(this.given("dy", "1").split("|")[k] ?? "1"), "1");
      this.drawn = "";
    }

    turn(backward) {
      this.backward = backward;
      this.step = 0;
      this.drawn = "";
      for (const name of ["forward", "backward"])
        this.find(`[name=${name}]`).setAttribute("aria-pressed", (name === "backward") === backward);
      this.refresh();
    }

    typed({ name, value, dataset }) {
      this.play(false);
      if (name === "step") return this.go(Number(value) - 1);
      if (name === "mode") this.mode = value;
      else if (name === "choice") this.choose(Number(value));
      else if (name) this.setting[name][dataset.axis] = value;
      else this.typing[dataset.grid][dataset.i][dataset.j] = value;
      this.refresh();
    }

    pressed(target) {
      if (!target?.name) return;
      const playing = target.name === "play" && !this.timer;
      this.play(playing);
      if (playing && this.step === this.last) this.go(0);
      if (target.name === "previous") this.go(this.step - 1);
      if (target.name === "next") this.go(this.step + 1);
      if (target.name === "reset") this.reset();
      if (["forward", "backward"].includes(target.name)) this.turn(target.name === "backward");
    }

    play(playing) {
      clearInterval(this.timer);
      this.timer = playing ? setInterval(() => this.advance(), PACE) : 0;
      this.find("[name=play]").setAttribute("aria-pressed", playing);
    }

    advance() {
      this.go(this.step + 1);
      if (this.step === this.last) this.play(false);
    }

    // An arrow key leads to the next cell.
    moved(event) {
      const { grid, i, j } = event.target.dataset, by = ARROWS[event.key];
      if (!by || !grid) return;
      event.preventDefault();
      this.cell(grid, Number(i) + by[0], Number(j) + by[1])?.focus();
    }

    // To be on an output, or on its gradient, is to choose it.
    entered(target) {
      const { grid, i, j } = target.dataset;
      if (!grid) return;
      this.stopAt(target);
      target.select?.();
      if (!["y", "dy"].includes(grid) || !this.s) return;
      this.play(false);
      this.go(i * this.size[1] + Number(j));
    }

    cell(grid, i, j) {
      return this.find(`[data-grid=${grid}][data-i="${i}"][data-j="${j}"]`);
    }

    // The Tab key stops at one cell of each grid.
    stopAt(target) {
      for (const cell of this.all(`[data-grid=${target.dataset.grid}]`)) cell.tabIndex = cell === target ? 0 : -1;
    }

    go(step) {
      this.step = Math.min(Math.max(step, 0), this.last);
      const said = this.t[this.backward ? "handedOut" : "made"](...this.show());
      this.find(".said").textContent = this.timer ? "" : said; // a reader's own steps alone are announced
    }

    // ---- From what is typed to what is seen.

    refresh() {
      let message = "";
      try {
        this.s = this.read();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.s = null;
        message = error.message;
      }
      this.find(".message").textContent = message;
      this.find(".ui").classList.toggle("wrong", !this.s);
      if (!this.s) return;
      this.draw();
      this.step = Math.min(this.step, this.last);
      this.show();
    }

    // What is typed -> settings, or a RangeError that tells the reader what is wrong.
    read() {
      const { t } = this, s = { mode: this.mode, bias: this.number(this.setting.bias[0], t.bias) };
      const whole = (name) => this.setting[name].map((text) => this.whole(text, name));
      const both = (name) => [whole(name)[0], whole(name).at(-1)];
      for (const name of ["size", "stride", "padding", "dilation"]) s[name] = both(name);
      s.image = this.numbers("x", both("image"));
      if (!this.pooling) s.filter = this.numbers("w", s.size);
      [t.rows, t.columns].forEach((axis, k) => {
        if (this.pooling && s.padding[k] >= s.size[k])
          throw new RangeError(t.tooMuchPadding(s.padding[k], axis, s.size[k]));
        if (reach(s)[k] > padded(s)[k]) throw new RangeError(t.notInside(reach(s)[k], axis, padded(s)[k]));
      });
      this.size = outputSize(s);
      this.last = this.size[0] * this.size[1] - 1;
      this.dy = this.numbers("dy", this.size);
      return s;
    }

    numbers(name, [rows, columns]) {
      return this.typing[name].slice(0, rows).map((row, i) => row.slice(0, columns).map((text, j) =>
        this.number(text, this.t.cell(this.t[name], i, j))));
    }

    number(text, where) {
      if (!RegExp(`^(${drawing.NUMBER})$`).test(text)) throw new RangeError(this.t.notNumber(text.trim(), where));
      return Number(text.replace("−", "-").replace(",", "."));
    }

    whole(text, name) {
      const [low, high] = LIMITS[name];
      if (!/^\d+$/.test(text) || text < low || text > high)
        throw new RangeError(this.t.notInRange(this.label(name), low, high));
      return Number(text);
    }

    // The grids, written anew when one has another size.
    draw() {
      const { s, t } = this, none = [0, 0];
      const made = this.backward ? [["dy", "input", this.size, none], ["dx", "span", padded(s), s.padding],
        ["dw", "span", s.size, none]] : [["y", "button", this.size, none]];
      const grids = [["x", "input", padded(s), s.padding], ["w", "input", s.size, none], ...made]
        .filter(([name]) => !(this.pooling && name.endsWith("w")));
      if (this.drawn === (this.drawn = JSON.stringify(grids))) return;
      this.find(".stage").innerHTML = grids.map((grid) => drawing.grid(...grid, t)).join("");
      this.find(".stage").style.setProperty("--columns", Math.max(...grids.map(([, , size]) => size[1])));
      for (const input of this.all(".stage input"))
        input.value = this.typing[input.dataset.grid][input.dataset.i][input.dataset.j].replace("-", "−");
      for (const [name, tag] of grids) if (tag !== "span") this.stopAt(this.cell(name, 0, 0));
    }

    // The current step: numbers, colors, the window in its place, and the sum.
    show() {
      const { s, t, backward, step } = this, i = Math.floor(step / this.size[1]), j = step % this.size[1];
      const reads = windowAt(s, i, j), results = walk(s, this.dy, step + 1);
      const value = (backward ? this.dy : results.y)[i][j];
      const paintings = this.paintings(reads, results, [i, j, 1, 1], value);
      for (const cells of this.all(".cells")) drawing.paint(cells, paintings[cells.dataset.name]);
      this.find(".sum").innerHTML = backward ? drawing.shares(s, reads, value, results.db)
        : drawing.sum(s, reads, i, j, value, t);
      this.mark(this.cell(backward ? "dy" : "y", i, j));
      return [i, j, drawing.show(value)];
    }

    // What each grid holds; in the window, what each number has to do with the current output.
    paintings(reads, results, output, value) {
      const { s, backward } = this, [i, j] = output;
      const window = [i * s.stride[0], j * s.stride[1], ...reach(s)];
      const notes = (size, row, column, note) => {
        const says = table(...size);
        for (const read of reads) says[read[row]][read[column]] = note(read);
        return says;
      };
      const role = ({ factor }) => {
        if (s.mode === "max") return factor ? this.t.winner : "";
        return s.mode === "conv" && !backward ? `×${drawing.show(factor)}` : "";
      };
      const share = (part) => (read) => (value * part(read) ? drawing.signed(value * part(read)) : "");
      const onImage = (note) => notes(padded(s), "row", "column", note);
      return {
        x: { values: this.surrounded(), empty: { conv: "0", max: "−∞", average: "" }[s.mode], window,
          readers: readers(s), notes: onImage(role) },
        w: { values: s.filter },
        y: { values: results.y, window: output },
        dy: { values: this.dy, window: output },
        dx: { values: results.dx, window, notes: onImage(share(({ factor }) => factor)) },
        dw: { values: results.dw, notes: notes(s.size, "u", "v", share(({ pixel }) => pixel)) },
      };
    }

    // The image with its padding, which has no numbers of its own.
    surrounded() {
      const { image, padding } = this.s, around = table(...padded(this.s), null);
      image.forEach((row, i) => around[i + padding[0]].splice(padding[1], row.length, ...row));
      return around;
    }

    mark(current) {
      this.stopAt(current);
      for (const cell of this.all("[aria-current]")) cell.removeAttribute("aria-current");
      current.setAttribute("aria-current", "step");
      const place = `${this.step + 1} / ${this.last + 1}`, slider = this.find("[name=step]");
      slider.max = this.last + 1;
      slider.value = this.step + 1;
      slider.setAttribute("aria-valuetext", place);
      this.find("output").textContent = place;
    }
  }
  customElements.define("conv-stepper", ConvStepper);
}
