// The button "Run this page". Nothing of what it needs is loaded before the first click.
{
  const live = document.querySelector(".live");
  const button = live.querySelector("button");
  const status = live.querySelector("[role=status]");

  if (location.protocol === "file:") live.querySelector("a").remove(); // JupyterLite needs a server

  const load = (address) => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: resolve });
    script.onerror = () => { script.remove(); reject(); };
    document.head.append(script);
  });

  const saved = (key) => key.startsWith(`cnnlib/${live.dataset.page}/`);
  try {
    if (Object.keys(localStorage).some(saved)) status.textContent = live.dataset.saved;
  } catch { /* a browser that keeps nothing */ }

  button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = live.dataset.loading;
    try {
      await load(`live/${live.dataset.page.split("/")[1]}.js`); // the texts that the second script reads
      await load("../live/kit.js");
      window.liveKit.open(live);
    } catch (error) {
      if (error) throw error;
      status.textContent = live.dataset.offline;
    }
    button.disabled = false;
  });
}
