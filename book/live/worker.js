// The worker of a live page: Pyodide, IPython and cnnlib. It contacts the addresses it is given, and no other.
// kit.js carries this file as text, together with its Python files, the lock file and the wheel of cnnlib.
let pyodide;
let kernel; // kernel.py, which runs the cells
let compiler; // bytecode.py, which knows what Python compiled
let shelf; // where the browser keeps what Python compiled; nothing where it refuses to
let stopSign; // what Python asks whether to stop; null where the page and the worker can share no memory

const tell = (kind, fields) => postMessage({ kind, ...fields });

// One entry more in the lock file, for the wheel that came with the page: `import cnnlib` finds it like any other.
function withWheel({ lock, wheel: { base64, ...entry } }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const address = `${URL.createObjectURL(new Blob([bytes]))}#/${entry.file_name}`;
  return { ...lock, packages: { ...lock.packages, cnnlib: { ...entry, file_name: address } } };
}

// The browser refuses a file of Pyodide that has other bytes than the one the book was tested with. (The packages are
// checked by Pyodide, with the hashes of its lock file; Python's own library, where it was kept from an earlier visit, by
// a hash that tells what is damaged, and not who wrote it.) The promise is broken by the first that does not come:
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

async function loadCore(options, held) {
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map((name) => importChecked(options.indexURL + name)));
  const { request, bytes } = (await held).library.at(-1) ?? {};
  const stdLibURL = bytes && URL.createObjectURL(new Blob([bytes]));
  return loadPyodide({ createPyodideModule, stdLibURL, ...options }).catch(async (error) => {
    if (request) await shelf.delete(request); // it may be the cause
    throw error;
  });
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

async function hashOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
}

// What this browser kept of earlier visits with these versions: parts of bytecode, and Python's library with its own.
// Each is named after the hash of its bytes, and thrown away if it has others. The browser may refuse to keep anything,
// and a page from a disk has no place for it: then all is compiled again.
async function kept(name) {
  const held = { bytecode: [], library: [] };
  try {
    for (const old of await caches.keys()) if (old.startsWith("cnnlib-") && old !== name) await caches.delete(old);
    shelf = await caches.open(name);
    for (const request of await shelf.keys()) {
      const [kind, hash] = request.url.split("/").slice(-2);
      const bytes = await shelf.match(request).then((part) => part.arrayBuffer()).catch(() => null);
      if (bytes && hash === await hashOf(bytes)) held[kind].push({ request, bytes: new Uint8Array(bytes) });
      else await shelf.delete(request);
    }
  } catch { /* nothing is kept */ }
  return held;
}

// Python is asked before anything is waited for: later it may be running the next cell, and a Stop is for that alone.
async function keep(kind) {
  try {
    const part = shelf && compiler.get(kind)();
    if (!part) return;
    const bytes = part.toJs();
    part.destroy();
    await shelf.put(`${location.origin}/${kind}/${await hashOf(bytes)}`, new Response(bytes));
  } catch { shelf = null; } // what cannot be kept is not tried again in this visit
}

async function start({ base, packages, kit, interrupt }) {
  tell("progress", { text: "Pyodide" });
  const held = kept(`cnnlib-${kit.versions}`);
  const options = { indexURL: base, packageBaseUrl: packages, lockFileContents: withWheel(kit) };
  pyodide = await Promise.race([checkCore(kit.core), loadCore(options, held)]);
  await load("loadPackage", ["ipython", "matplotlib", "cnnlib"]);
  compiler = execute(kit.bytecode, "bytecode.py", { kept: (await held).bytecode.map(({ bytes }) => bytes) });
  const send = (output) => tell("output", { output: JSON.parse(output) });
  kernel = execute(kit.kernel, "kernel.py", { send });
  pyodide._api.on_fatal = (error) => tell("died", { text: error.message });
  stopSign = interrupt && signOf(interrupt);
  tell("ready");
}

// The sign stops the reader's own code, and neither what loads a package nor what keeps its bytecode.
async function run({ code }) {
  await loadFor(code);
  if (stopSign?.[0]) return tell("done", { ok: false });
  tell("running");
  pyodide.setInterruptBuffer(stopSign ?? undefined);
  const ok = await kernel.get("run")(code).finally(() => pyodide.setInterruptBuffer(undefined));
  tell("done", { ok });
  await keep("bytecode");
}

// The page has nothing to run: a second to compile what the next visit starts from.
const rest = () => keep("library");

onmessage = async ({ data }) => {
  try {
    await { start, run, rest }[data.kind](data);
  } catch (error) {
    tell("failed", { starting: data.kind === "start", text: String(error.message ?? error) });
  }
};
