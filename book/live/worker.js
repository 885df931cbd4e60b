// The worker of a live page: Pyodide, IPython and cnnlib. It contacts the address it is given, and no other.
// kit.js carries this file as text, together with kernel.py, the lock file and the wheel of cnnlib.
let pyodide;
let runCell;
let current; // the cell whose outputs come

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

async function start({ base, kit, interrupt }) {
  tell("progress", { text: "Pyodide" });
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  pyodide = await loadPyodide({ indexURL: base, packageBaseUrl: base, lockFileContents: withWheel(kit) });
  await load("loadPackage", ["ipython", "matplotlib", "cnnlib"]);
  const scope = pyodide.toPy({ send: (output) => tell("output", { id: current, output: JSON.parse(output) }) });
  pyodide.runPython(kit.kernel, { globals: scope, filename: "kernel.py" });
  runCell = scope.get("run");
  if (interrupt) pyodide.setInterruptBuffer(interrupt);
  tell("ready");
}

async function run({ id, code }) {
  current = id;
  await loadFor(code);
  tell("running");
  tell("done", { id, ok: await runCell(code) });
}

onmessage = async ({ data }) => {
  try {
    await (data.kind === "start" ? start(data) : run(data));
  } catch (error) {
    tell("failed", { id: data.id, text: String(error.message ?? error) });
  }
};
