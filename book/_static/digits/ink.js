// Ink on a sheet of 28 × 28 pixels, from 0 to 1, and the preparation that every digit of MNIST has had.
window.digitInk = (() => {
  const SIZE = 28, BOX = 20, CENTER = 14;
  const PEN = 1.7; // how far it reaches, in pixels: full up to 0.7, then fading, as wide as the strokes of MNIST
  const ERASER = 2.7; // it takes a stroke away whole when it follows it
  const SAMPLES = 4; // a side, in each pixel of a sheet that shrinks

  function distance(row, column, from, to) {
    const down = to.row - from.row, right = to.column - from.column;
    const along = ((row - from.row) * down + (column - from.column) * right) / (down ** 2 + right ** 2 || 1);
    const share = Math.min(Math.max(along, 0), 1);
    return Math.hypot(row - from.row - share * down, column - from.column - share * right);
  }

  // Draws a line on the sheet, or erases along it.
  function stroke(ink, from, to, erase) {
    for (let place = 0; place < ink.length; place++) {
      const reach = (erase ? ERASER : PEN) - distance(Math.floor(place / SIZE), place % SIZE, from, to);
      const strength = Math.min(Math.max(reach, 0), 1);
      ink[place] = erase ? Math.min(ink[place], 1 - strength) : Math.max(ink[place], strength);
    }
  }

  // Where the ink is: the edges of its box, and its center of mass, to the pixel.
  function measured(ink) {
    const box = { top: SIZE, left: SIZE, bottom: -1, right: -1 };
    let mass = 0, rows = 0, columns = 0;
    ink.forEach((value, place) => {
      if (value === 0) return;
      const row = Math.floor(place / SIZE), column = place % SIZE;
      box.top = Math.min(box.top, row);
      box.bottom = Math.max(box.bottom, row);
      box.left = Math.min(box.left, column);
      box.right = Math.max(box.right, column);
      mass += value;
      rows += value * row;
      columns += value * column;
    });
    const longest = Math.max(box.bottom - box.top, box.right - box.left) + 1;
    return { ...box, longest, center: { row: Math.round(rows / mass), column: Math.round(columns / mass) } };
  }

  // The ink between pixels, weighed from the four around; none beyond the edge.
  function between(ink, row, column) {
    const top = Math.floor(row), left = Math.floor(column);
    let sum = 0;
    for (const r of [top, top + 1]) for (const c of [left, left + 1]) {
      const weight = (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
      if (weight > 0 && r >= 0 && r < SIZE && c >= 0 && c < SIZE) sum += weight * ink[r * SIZE + c];
    }
    return sum;
  }

  // The same ink, `scale` times as large, with what was at `from` now at `to`.
  function moved(ink, scale, from, to) {
    const samples = scale < 1 ? SAMPLES : 1;
    return ink.map((_, place) => {
      let sum = 0;
      for (let i = 0; i < samples; i++) for (let j = 0; j < samples; j++) {
        const row = Math.floor(place / SIZE) + (i + 0.5) / samples - 0.5;
        const column = (place % SIZE) + (j + 0.5) / samples - 0.5;
        sum += between(ink, from.row + (row - to.row) / scale, from.column + (column - to.column) / scale);
      }
      return sum / samples ** 2;
    });
  }

  const isEmpty = (ink) => ink.every((value) => value === 0);

  // As MNIST does: the longer side of the digit 20 pixels, its center of mass in the middle.
  function prepared(ink) {
    if (isEmpty(ink)) return ink;
    const { longest, center } = measured(ink);
    return moved(ink, BOX / longest, center, { row: CENTER, column: CENTER });
  }

  // Half the size of MNIST's digits, in the upper left corner.
  function cornered(ink) {
    if (isEmpty(ink)) return ink;
    const { longest, top, left } = measured(ink);
    return moved(ink, BOX / 2 / longest, { row: top, column: left }, { row: 1, column: 1 });
  }

  return { SIZE, stroke, isEmpty, prepared, cornered };
})();
