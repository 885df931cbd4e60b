// The worker of a live page: Pyodide, IPython and cnnlib. It contacts the address it is given, and no other.
// kit.js carries this file as text, together with its Python files, the lock file and the wheel of cnnlib.
let pyodide;
let runCell;
let fresh; // what Python compiled since it was last asked
let shelf; // where the browser keeps it
let stopSign; // what Python asks whether to stop; null where the page and the worker can share no memory

const tell = (kind, fields) => postMessage({ kind, ...fields });

// One entry more in the lock file, for the wheel that came with the page: `import cnnlib` finds it like any other.
function withWheel({ lock, wheel: { base64, ...entry } }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const address = `${URL.createObjectURL(new Blob([bytes]))}#/${entry.file_name}`;
  return { ...lock, packages: { ...lock.packages, cnnlib: { ...entry, file_name: address } } };
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

// The parts of Python's bytecode that this browser kept, for these versions. It may refuse to keep anything, and a
// page from a disk has no place for it: then all is compiled again.
async function kept(name) {
  try {
    for (const old of await caches.keys()) if (old.startsWith("cnnlib-") && old !== name) await caches.delete(old);
    shelf = await caches.open(name);
    const parts = (await shelf.matchAll()).map(async (part) => new Uint8Array(await part.arrayBuffer()));
    return await Promise.all(parts);
  } catch { return []; }
}

async function keep() {
  const part = shelf && fresh();
  if (!part) return;
  const name = new URL(`/bytecode/${crypto.randomUUID()}`, location.origin);
  await shelf.put(name, new Response(part.toJs())).catch(() => { shelf = null; });
  part.destroy();
}

async function start({ base, kit, interrupt }) {
  tell("progress", { text: "Pyodide" });
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  const parts = kept(`cnnlib-${kit.versions}`);
  pyodide = await loadPyodide({ indexURL: base, packageBaseUrl: base, lockFileContents: withWheel(kit) });
  await load("loadPackage", ["ipython", "matplotlib", "cnnlib"]);
  fresh = execute(kit.bytecode, "bytecode.py", { kept: await parts }).get("fresh");
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
  await keep().catch(() => {}); // the next visit compiles it again
}

onmessage = async ({ data }) => {
  try {
    await (data.kind === "start" ? start(data) : run(data));
  } catch (error) {
    tell("failed", { starting: data.kind === "start", text: String(error.message ?? error) });
  }
};
