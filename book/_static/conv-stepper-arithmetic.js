// The arithmetic of <conv-stepper>, with cnnlib's conventions.
//
// Settings: { mode, image, filter, bias, size, stride, padding, dilation }, the last four as pairs, rows and columns.
// In each mode an output is a sum of pixels times factors. On the way back a pixel gets dy times its factor.
window.convStepper = {};
window.convStepper.arithmetic = (() => {
  const table = (rows, columns, value) => Array.from({ length: rows }, () => Array(columns).fill(value));
  const reach = (s) => s.size.map((size, axis) => s.dilation[axis] * (size - 1) + 1);
  const padded = (s) => [s.image.length, s.image[0].length].map((size, axis) => size + 2 * s.padding[axis]);
  const outputSize = (s) => padded(s).map((size, axis) => Math.floor((size - reach(s)[axis]) / s.stride[axis]) + 1);

  // Output (i, j) -> what it reads: a list of pixels, each with its place in the window and in the padded image.
  function windowAt(s, i, j) {
    const reads = table(...s.size).flatMap((line, u) => [...line.keys()].map((v) => {
      const row = i * s.stride[0] + u * s.dilation[0], column = j * s.stride[1] + v * s.dilation[1];
      const pixel = s.image[row - s.padding[0]]?.[column - s.padding[1]];
      return { u, v, row, column, inside: pixel !== undefined, pixel: pixel ?? 0 };
    }));
    const inside = reads.filter((read) => read.inside);
    const largest = Math.max(...inside.map((read) => read.pixel));
    const winner = inside.find((read) => read.pixel === largest); // of several, the first in row order
    const factor = {
      conv: ({ u, v }) => s.filter[u][v],
      max: (read) => (read === winner ? 1 : 0),
      average: (read) => (read.inside ? 1 / inside.length : 0), // the padding is not counted
    }[s.mode];
    return reads.map((read) => ({ ...read, factor: factor(read) }));
  }

  // The first `count` outputs, and what their gradients add up to. dx has the padding around it.
  function walk(s, dy, count = Infinity) {
    const [OH, OW] = outputSize(s);
    const y = table(OH, OW, null), dx = table(...padded(s), 0), dw = table(...s.size, 0);
    let db = 0;
    for (let k = 0; k < Math.min(count, OH * OW); k++) {
      const i = Math.floor(k / OW), j = k % OW, reads = windowAt(s, i, j);
      y[i][j] = reads.reduce((sum, { factor, pixel }) => sum + factor * pixel, s.bias);
      db += dy[i][j];
      for (const { u, v, row, column, factor, pixel } of reads) {
        dx[row][column] += dy[i][j] * factor;
        dw[u][v] += dy[i][j] * pixel;
      }
    }
    return { y, dx, dw, db };
  }

  // How many windows read each pixel of the padded image.
  function readers(s) {
    const [OH, OW] = outputSize(s), count = table(...padded(s), 0);
    for (const i of Array(OH).keys())
      for (const j of Array(OW).keys()) for (const { row, column } of windowAt(s, i, j)) count[row][column] += 1;
    return count;
  }

  return { table, reach, padded, outputSize, windowAt, walk, readers };
})();
