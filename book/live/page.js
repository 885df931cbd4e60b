// The page: its cells, the queue of those that wait to run, the worker that runs them, and the buttons.
const page = window.livePage;

function button(label, action, title = "") {
  const made = element("button", "btn btn-sm", label);
  Object.assign(made, { type: "button", title, onclick: action });
  return made;
}

// Answers are kept in this browser, one entry a cell, so that two tabs do not overwrite each other.
const store = {
  key: (id) => `cnnlib/${page.language}/${page.name}/${id}`,
  attempt(action) { try { return action(); } catch { return null; } }, // a browser may refuse to keep anything
  read: (id) => store.attempt(() => localStorage.getItem(store.key(id))),
  write: (id, code) => store.attempt(() => localStorage.setItem(store.key(id), code) ?? true),
  remove: (id) => store.attempt(() => localStorage.removeItem(store.key(id))),
};

function open(bar) {
  const kit = window.liveKit;
  const status = bar.querySelector("[role=status]");
  const interrupt = window.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
  const cells = [];
  let worker = null;
  let ready = false;
  let queue = [];
  let running = null;
  let stopping = false;

  const say = (message) => { status.textContent = message; };
  const fill = (template, ...values) => template.replace(/\{(\d)\}/g, (_, k) => values[k]);

  function makeCell(container, { id, source: code, metadata }, index) {
    const cell = { id, number: index + 1, container, mayFail: (metadata.tags ?? []).includes("raises-exception") };
    const changed = () => {
      if (!cell.editor.edited) store.remove(id);
      else if (!store.write(id, cell.editor.text)) say(text.notKept);
      reset.hidden = !cell.editor.edited;
    };
    const label = fill(text.cell, cell.number);
    cell.editor = makeEditor(container.querySelector(".cell_input pre"), code, label, changed);
    cell.outputs = makeOutputs(container, () => cell.editor.edited);
    cell.reset = () => {
      queue = queue.filter((one) => one !== cell);
      cell.editor.write(code);
      cell.outputs.reset();
      mark(cell, "");
      changed();
    };
    cell.state = element("span", "live-state");
    const reset = cell.resetButton = button(text.reset, cell.reset, text.resetCell);
    const tools = element("div", "live-tools");
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", label);
    tools.append(button(text.run, () => enqueue([cell]), "Ctrl+Enter"),
      button(text.toHere, () => enqueue(cells.slice(0, cell.number))), reset, cell.state,
      Object.assign(element("small", "live-hint", text.leave), { id: `leave-${id}` }));
    cell.editor.area.setAttribute("aria-describedby", `leave-${id}`);
    container.querySelector(".cell_input").append(tools);
    cell.editor.area.addEventListener("keydown", (event) => shortcut(event, cell));
    container.dataset.cell = id;
    const answer = store.read(id);
    if (answer !== null) cell.editor.write(answer);
    reset.hidden = !cell.editor.edited;
    return cell;
  }

  function shortcut(event, cell) {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    enqueue([cell]);
    if (event.shiftKey) cells[cell.number]?.editor.area.focus();
  }

  const STATES = { waiting: "[…]", running: "[*]", done: "✓", failed: "✗", "": "" };
  function mark(cell, state) {
    cell.container.dataset.live = state;
    cell.state.textContent = STATES[state];
    cell.resetButton.disabled = state === "running"; // what it still prints would follow the book's own output
  }

  function enqueue(wanted) {
    if (wanted.length > 1) queue = queue.filter((one) => !wanted.includes(one)); // several run in the page's order
    for (const cell of wanted.filter((one) => !queue.includes(one) && one !== running)) {
      queue.push(cell);
      mark(cell, "waiting");
    }
    if (worker) next();
    else start();
  }

  function next() {
    if (!ready || running || !queue.length) return;
    running = queue.shift();
    stopping = false;
    if (interrupt) Atomics.store(interrupt, 0, 0);
    running.outputs.clear();
    mark(running, "running");
    worker.postMessage({ kind: "run", code: running.editor.text });
  }

  function forget() {
    for (const cell of queue) mark(cell, "");
    queue = [];
  }

  // A page from a disk may only start a worker that is written out in its address; elsewhere a blob keeps the origin.
  function start() {
    if (location.protocol === "file:" && !/^https?:/.test(kit.base)) {
      forget();
      say(text.needsServer);
      return;
    }
    const address = location.protocol === "file:"
      ? `data:text/javascript,${encodeURIComponent(kit.worker)}`
      : URL.createObjectURL(new Blob([kit.worker], { type: "text/javascript" }));
    const { versions, core, lock, wheel, bytecode, kernel } = kit;
    const started = worker = new Worker(address, { type: "module" });
    started.onmessage = ({ data }) => { if (started === worker) receive[data.kind](data); };
    started.onerror = ({ message = "" }) => { if (started === worker) receive.failed({ text: message }); };
    const [base, packages] = [kit.base, kit.packages].map((address) => new URL(address, document.baseURI).href);
    worker.postMessage({ kind: "start", base, packages, interrupt, kit: { versions, core, lock, wheel, bytecode, kernel } });
    say(text.starting);
  }

  function end() {
    worker?.terminate();
    for (const cell of cells) mark(cell, cell === running ? "failed" : "");
    queue = [];
    [worker, running, ready, stopping] = [null, null, false, false];
  }

  function stop() {
    if (!worker) return;
    if (running && interrupt) {
      Atomics.store(interrupt, 0, 2); // Python raises KeyboardInterrupt, which a training takes for its end; `done` follows
      stopping = true;
      forget();
      return;
    }
    if (running || !ready) {
      end();
      say(text.gone);
    }
    forget();
  }

  const receive = {
    progress: ({ text: detail }) => {
      if (/^(Pyodide|Load)/.test(detail)) say(`${text.starting} ${detail.slice(0, 60)}${detail.length > 60 ? "…" : ""}`);
    },
    ready: () => { ready = true; say(text.ready); next(); },
    running: () => say(fill(text.running, running.number, cells.length)),
    output: ({ output }) => running?.outputs.add(output),
    done: ({ ok }) => {
      const cell = running;
      running = null;
      mark(cell, ok ? "done" : "failed");
      if (!ok && !cell.mayFail) forget();
      const error = cell.outputs.list.findLast((output) => output.output_type === "error");
      if (stopping) say(text.kept);
      else say(ok ? text.ready : fill(text.error, cell.number, error?.ename ?? ""));
      next();
      if (!running) worker.postMessage({ kind: "rest" });
    },
    died: ({ text: reason }) => {
      const number = running?.number;
      end();
      say(number ? fill(text.died, number, reason) : fill(text.failed, reason));
    },
    failed: ({ starting = true, text: reason }) => {
      if (starting) end();
      else if (running) mark(running, "failed");
      running = null;
      forget();
      say(stopping ? text.kept : fill(text.failed, reason));
    },
  };

  function resetAll() {
    const changed = ({ id, editor }) => editor.edited || store.read(id) !== null; // here, or in another tab
    if (cells.some(changed) && !confirm(text.sure)) return;
    end();
    for (const cell of cells) cell.reset();
    say(text.restored);
  }

  function download() {
    const notebook = structuredClone(page.notebook);
    const own = Object.fromEntries(cells.map((cell) => [cell.id, cell]));
    for (const cell of notebook.cells.filter((one) => one.cell_type === "code")) {
      const { editor, outputs } = own[cell.id];
      Object.assign(cell, { source: editor.text, outputs: outputs.list, execution_count: null });
    }
    const file = new Blob([JSON.stringify(notebook, null, 1)], { type: "application/x-ipynb+json" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${page.name}.ipynb` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.head.append(element("style", "", kit.style));
  const sources = page.notebook.cells.filter((cell) => cell.cell_type === "code");
  document.querySelectorAll("article .cell").forEach((container, k) => cells.push(makeCell(container, sources[k], k)));
  const all = bar.querySelector("button");
  const runAll = button(all.textContent, () => enqueue(cells));
  all.replaceWith(runAll, button(text.stop, stop), button(text.restart, () => { end(); start(); }),
    button(text.resetAll, resetAll), button(text.download, download, text.downloadTitle));
  bar.classList.add("live-open");
  runAll.focus();
  enqueue(cells);
}

window.liveKit.open = open;
