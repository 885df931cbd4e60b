// The playground at work: what the reader draws, what the network reads in it, and what comes out of each layer.
window.digitView = (host) => {
  const { SIZE, stroke, isEmpty, prepared, cornered } = window.digitInk;
  const { bytes, decoded, forward, softmax } = window.lenet;
  const PAUSE = 700; // milliseconds without a change, until the answer is announced and the pixels are tried

  const text = window.digitTexts[host.lang];
  const fill = (sentence, ...parts) => sentence.replace(/{(\d)}/g, (_, k) => parts[k]);
  const root = host.shadowRoot;
  root.innerHTML = window.digitLook(text);
  const find = (selector) => root.querySelector(selector);
  const all = (selector) => [...root.querySelectorAll(selector)];
  const say = (words) => { find(".said").textContent = words; };
  const percent = (share) => (100 * share).toFixed(1);
  const written = (share) => fill(text.percent, percent(share));

  const stored = window.lenetWeights;
  const layers = decoded(stored.layers);
  const bytesOfTests = bytes(stored.digits);
  const testImage = (digit) =>
    Float64Array.from(bytesOfTests.subarray(digit * SIZE ** 2, (digit + 1) * SIZE ** 2), (byte) => byte / 255);

  const paint = window.digitPaint(find(".app"));
  const read = (image) => forward(layers, image).at(-1).values;
  const pixels = window.digitPixels({ part: find(".pixels"), text, fill, paint, read, say });

  let sheet = testImage(0);
  let example = true; // it makes room for the first stroke
  let frame = 0, timer = 0;
  let paintAll = () => {}; // draws again what stands there, in the colors of the page

  function changed() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
    clearTimeout(timer);
    timer = setTimeout(() => { say(find(".reads").textContent); pixels.tryAll(); }, PAUSE);
  }

  function show() {
    const image = find("input").checked ? prepared(sheet) : sheet;
    const stages = isEmpty(image) ? null : forward(layers, image);
    const logits = stages?.at(-1).values;
    showAnswer(logits && softmax(logits));
    paintAll = () => {
      paint.gray(find(".sheet canvas"), sheet);
      paint.gray(find(".seen canvas"), image);
      all(".layers canvas").forEach((canvas, k) => stages && paint.maps(canvas, stages[k]));
    };
    paintAll();
    find(".layers").classList.toggle("blank", !stages);
    pixels.reset(stages && image, logits);
  }

  function showAnswer(shares) {
    const best = shares ? shares.indexOf(Math.max(...shares)) : -1;
    find(".reads").textContent = shares ? fill(text.reads, best, written(shares[best])) : text.empty;
    all("li").forEach((row, digit) => {
      row.className = digit === best ? "first" : "";
      row.children[1].style.setProperty("--share", shares ? `${percent(shares[digit])}%` : "0%");
      row.children[2].textContent = shares ? written(shares[digit]) : "–";
    });
  }

  function put(image) {
    sheet = image;
    example = false;
    changed();
  }

  function line(from, to, erase = find("#eraser").ariaPressed === "true") {
    if (example && !erase) sheet.fill(0);
    stroke(sheet, from, to, erase);
    put(sheet);
  }

  function went(from, to, event) {
    const typed = event.type === "keydown";
    if (typed ? event.shiftKey : event.buttons & 1) line(from, to);
    else if (typed) say(fill(text.place, to.row, to.column));
  }

  function act(place, erase, word) {
    line(place, place, erase);
    say(`${fill(text.place, place.row, place.column)} ${word}`);
  }
  const erase = (place) => act(place, true, text.erased);
  const keys = { " ": (place) => act(place, false, text.inked), Delete: erase, Backspace: erase };

  window.digitGrid(find(".sheet canvas"), { went, keys });
  all(".picks button").forEach((button, digit) => {
    paint.gray(button.firstChild, testImage(digit));
    button.addEventListener("click", () => put(testImage(digit)));
  });
  find("#eraser").addEventListener("click", ({ currentTarget: button }) => {
    button.ariaPressed = String(button.ariaPressed !== "true");
  });
  find("#clear").addEventListener("click", () => put(new Float64Array(SIZE ** 2)));
  find("#corner").addEventListener("click", () => put(cornered(sheet)));
  find("input").addEventListener("change", changed);
  find(".about").textContent = fill(text.about, stored.accuracy.toFixed(4));

  new MutationObserver(() => {
    all(".picks canvas").forEach((canvas, digit) => paint.gray(canvas, testImage(digit)));
    paintAll();
    pixels.repaint();
  }).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  show();
  pixels.tryAll();
};
