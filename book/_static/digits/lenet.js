// The LeNet of chapter 7, forward: the sums of cnnlib in plain loops and double precision.
// What goes from layer to layer is { size, maps, values }: size × size places with a number for each map.
window.lenet = (() => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

  // Layers as weights.js holds them, a byte a weight -> layers with numbers.
  const decoded = (layers) => layers.map(({ shape, step, weights, biases }) => ({
    shape, biases, weights: Float64Array.from(new Int8Array(bytes(weights).buffer), (whole) => whole * step),
  }));

  // Adds x · row to what stands in y from `place` on: the inner loop of every layer. Most x are 0, and skipped.
  function addRow(y, place, x, weights, row, length) {
    if (x !== 0) for (let f = 0; f < length; f++) y[place + f] += x * weights[row + f];
  }

  // (size, size, C) -> (size - K + 1, size - K + 1, F).
  function convolution({ shape: [K, , C, F], weights, biases }, { size, values }) {
    const after = size - K + 1;
    const y = new Float64Array(after * after * F);
    for (let i = 0; i < after; i++) for (let j = 0; j < after; j++) {
      const place = (i * after + j) * F;
      y.set(biases, place);
      for (let kh = 0; kh < K; kh++) for (let kw = 0; kw < K; kw++) for (let c = 0; c < C; c++) {
        addRow(y, place, values[((i + kh) * size + j + kw) * C + c], weights, ((kh * K + kw) * C + c) * F, F);
      }
    }
    return { size: after, maps: F, values: y };
  }

  // The largest of each 2 × 2 values: (size, size, C) -> (size / 2, size / 2, C).
  function pooled({ size, maps, values }) {
    const after = size / 2;
    const y = new Float64Array(after * after * maps).fill(-Infinity);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) for (let c = 0; c < maps; c++) {
      const place = ((i >> 1) * after + (j >> 1)) * maps + c;
      y[place] = Math.max(y[place], values[(i * size + j) * maps + c]);
    }
    return { size: after, maps, values: y };
  }

  // (D,) -> (F,).
  function dense({ shape: [D, F], weights, biases }, { values }) {
    const y = Float64Array.from(biases);
    for (let d = 0; d < D; d++) addRow(y, 0, values[d], weights, d * F, F);
    return { size: 1, maps: F, values: y };
  }

  const relu = (stage) => ({ ...stage, values: stage.values.map((value) => Math.max(value, 0)) });

  // An image of 28 × 28 numbers -> what comes out of each stage; the last holds the ten logits.
  function forward([conv1, conv2, dense1, dense2, dense3], image) {
    const maps1 = relu(convolution(conv1, { size: 28, maps: 1, values: image }));
    const small1 = pooled(maps1);
    const maps2 = relu(convolution(conv2, small1));
    const small2 = pooled(maps2);
    const row1 = relu(dense(dense1, small2));
    const row2 = relu(dense(dense2, row1));
    return [maps1, small1, maps2, small2, row1, row2, dense(dense3, row2)];
  }

  function softmax(logits) {
    const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  }

  return { bytes, decoded, forward, softmax };
})();
