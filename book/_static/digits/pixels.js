// What each pixel changes: the network reads 784 images, each with one pixel flipped.
//   read(image) -> ten logits; say(words) to a screen reader
window.digitPixels = ({ part, text, fill, paint, read, say }) => {
  const SIZE = 28;
  const STRETCH = 12; // milliseconds
  const canvas = part.querySelector("canvas"), mark = canvas.nextElementSibling;
  const [hint, total, one] = part.querySelectorAll(":scope > div > p");
  const signed = (number) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;
  const largest = (numbers) => numbers.indexOf(Math.max(...numbers));

  let image = null, logits = null, best = -1; // what the network reads, and its answer
  let changes = new Float64Array(SIZE ** 2);
  let turn = 0;

  function flipped(place) {
    const other = Float64Array.from(image);
    other[place] = image[place] < 0.5 ? 1 : 0;
    return read(other);
  }

  // Another image: what was found out holds no longer.
  function reset(nextImage, nextLogits) {
    turn++;
    [image, logits] = [nextImage, nextLogits];
    best = image ? largest(logits) : -1;
    hint.textContent = image ? fill(text.pixelsHint, best) : text.pixelsEmpty;
    one.textContent = "";
    mark.classList.remove("pointing");
    canvas.classList.toggle("old", image !== null);
    if (!image) changes.fill(0);
    if (!image) total.textContent = "";
    repaint();
  }

  // Tries all pixels, some milliseconds at a time, so that the page stays awake; another image stops it.
  async function tryAll() {
    if (!image) return;
    const mine = ++turn, found = new Float64Array(SIZE ** 2);
    let turning = 0, since = performance.now();
    for (let place = 0; place < found.length; place++) {
      const after = flipped(place);
      found[place] = after[best] - logits[best];
      if (largest(after) !== best) turning++;
      if (performance.now() - since > STRETCH) {
        await new Promise((done) => setTimeout(done));
        if (mine !== turn) return;
        since = performance.now();
      }
    }
    changes = found;
    canvas.classList.remove("old");
    const most = found.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    total.textContent = fill(text.pixelsTotal, best, signed(most), turning);
    repaint();
  }

  function point(to, event) {
    if (!image) return;
    const { row, column } = grid.pixel(to), place = row * SIZE + column;
    const after = flipped(place), answer = largest(after);
    const sentence = image[place] < 0.5 ? text.pixelInked : text.pixelErased;
    const turned = answer === best ? "" : ` ${fill(text.pixelTurns, answer)}`;
    const numbers = [logits[best], after[best]].map((logit) => logit.toFixed(2));
    one.textContent = fill(sentence, row, column, best, ...numbers) + turned;
    mark.classList.add("pointing");
    if (event.type === "keydown") say(one.textContent);
  }

  const repaint = () => paint.signed(canvas, changes);
  const grid = window.digitGrid(canvas, { went: (_, to, event) => point(to, event) });
  return { reset, tryAll, repaint };
};
