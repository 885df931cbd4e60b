// The worker of a live page: Pyodide, IPython and cnnlib. It contacts the addresses it is given, and no other.
// kit.js carries this file as text, together with its Python files, the lock file and the wheel of cnnlib.
let pyodide;
let runCell;
let python; // bytecode.py, which tells what Python compiled
let shelf; // where the browser keeps it
let stopSign; // what Python asks whether to stop; null where the page and the worker can share no memory

const tell = (kind, fields) => postMessage({ kind, ...fields });

// One entry more in the lock file, for the wheel that came with the page: `import cnnlib` finds it like any other.
function withWheel({ lock, wheel: { base64, ...entry } }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const address = `${URL.createObjectURL(new Blob([bytes]))}#/${entry.file_name}`;
  return { ...lock, packages: { ...lock.packages, cnnlib: { ...entry, file_name: address } } };
}

// The browser refuses a file of Pyodide that has other bytes than the one the book was tested with. (The packages are
// checked by Pyodide, with the hashes of its lock file.) The promise is broken by the first that does not come:
// Pyodide itself would wait for some of them for ever.
function checkCore(core) {
  const plain = self.fetch;
  return new Promise((_, refuse) => {
    self.fetch = (what, options) => {
      const name = String(what).split("/").at(-1);
      if (!core[name]) return plain(what, options);
      const answer = plain(what, { ...options, integrity: core[name] });
      answer.catch((error) => refuse(new Error(`${name}: ${error.message}`)));
      return answer;
    };
  });
}

// `import` alone cannot check what it gets.
async function importChecked(address) {
  const response = await fetch(address);
  return import(URL.createObjectURL(new Blob([await response.text()], { type: "text/javascript" })));
}

async function loadCore(options, library) {
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map((name) => importChecked(options.indexURL + name)));
  const stdLibURL = library && URL.createObjectURL(new Blob([library]));
  return loadPyodide({ createPyodideModule, stdLibURL, ...options });
}

// Pyodide itself only logs what it could not load.
async function load(method, what) {
  const errors = [];
  await pyodide[method](what, {
    messageCallback: (text) => tell("progress", { text }),
    errorCallback: (text) => errors.push(text),
  });
  if (errors.length) throw new Error(errors.join("\n"));
}

// scikit-learn is loaded when a cell asks for it, by its name or through the classifier: most pages do without it.
function loadFor(code) {
  return load("loadPackagesFromImports", /\bCNNClassifier\b/.test(code) ? `${code}\nimport sklearn` : code);
}

function execute(code, filename, names) {
  const scope = pyodide.toPy(names);
  pyodide.runPython(code, { globals: scope, filename });
  return scope;
}

// The byte that the page sets, as Python reads it: it looks at the byte and then clears it, and what the page wrote in
// between would be lost. Here both are one step, and clearing has nothing left to do.
const signOf = (byte) => ({ get 0() { return Atomics.exchange(byte, 0, 0); }, set 0(_) {} });

// What this browser kept of an earlier visit with these versions: parts of bytecode, and Python's library with its own.
// Each is named after the hash of its bytes, and thrown away if it has others. The browser may refuse to keep anything,
// and a page from a disk has no place for it: then all is compiled again.
async function hashOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
}

async function kept(name) {
  const held = { bytecode: [], library: [] };
  try {
    for (const old of await caches.keys()) if (old.startsWith("cnnlib-") && old !== name) await caches.delete(old);
    shelf = await caches.open(name);
    for (const request of await shelf.keys()) {
      const bytes = new Uint8Array(await (await shelf.match(request)).arrayBuffer());
      const [kind, hash] = request.url.split("/").slice(-2);
      if (hash === await hashOf(bytes)) held[kind].push(bytes);
      else await shelf.delete(request);
    }
  } catch { shelf = null; }
  return held;
}

async function keep(kind) {
  const proxy = shelf && python.get(kind)();
  if (!proxy) return;
  const bytes = proxy.toJs();
  proxy.destroy();
  await shelf.put(`${location.origin}/${kind}/${await hashOf(bytes)}`, new Response(bytes)).catch(() => { shelf = null; });
}

async function start({ base, packages, kit, interrupt }) {
  tell("progress", { text: "Pyodide" });
  const held = await kept(`cnnlib-${kit.versions}`);
  const options = { indexURL: base, packageBaseUrl: packages, lockFileContents: withWheel(kit) };
  pyodide = await Promise.race([checkCore(kit.core), loadCore(options, held.library.at(-1))]);
  await load("loadPackage", ["ipython", "matplotlib", "cnnlib"]);
  python = execute(kit.bytecode, "bytecode.py", { kept: held.bytecode });
  const send = (output) => tell("output", { output: JSON.parse(output) });
  runCell = execute(kit.kernel, "kernel.py", { send }).get("run");
  stopSign = interrupt && signOf(interrupt);
  tell("ready");
}

// The sign stops the reader's own code, and neither what loads a package nor what keeps its bytecode.
async function run({ code }) {
  await loadFor(code);
  if (stopSign?.[0]) return tell("done", { ok: false });
  tell("running");
  pyodide.setInterruptBuffer(stopSign ?? undefined);
  const ok = await runCell(code).finally(() => pyodide.setInterruptBuffer(undefined));
  tell("done", { ok });
  for (const kind of ["bytecode", "library"]) await keep(kind).catch(() => {}); // the next visit compiles it again
}

onmessage = async ({ data }) => {
  try {
    await (data.kind === "start" ? start(data) : run(data));
  } catch (error) {
    tell("failed", { starting: data.kind === "start", text: String(error.message ?? error) });
  }
};
