// Numbers as pixels, in the colors that the page has now: the stronger a number, the less of the ground shows through.
window.digitPaint = (part) => {
  const SIZE = 28;
  const GROUND = 0.06; // how much of the ink a 0 has, so that a map has edges

  const color = (name) => { // of a custom property: [red, green, blue]
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = getComputedStyle(part).getPropertyValue(name).trim();
    return pen.fillStyle.match(/\w\w/g).map((digits) => parseInt(digits, 16));
  };

  // share(row, column), from -1 to 1, for each pixel; of the two colors, the second is for what is negative.
  function pixels(canvas, width, height, share, names = ["--ink"]) {
    Object.assign(canvas, { width, height });
    const picture = new ImageData(width, height);
    const [more, less] = names.map(color);
    for (let place = 0; place < width * height; place++) {
      const strength = share(Math.floor(place / width), place % width);
      picture.data.set([...(strength < 0 ? less : more), 255 * Math.abs(strength)], 4 * place);
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  return {
    // An image of numbers from 0 to 1.
    gray: (canvas, image) => pixels(canvas, SIZE, SIZE, (row, column) => image[row * SIZE + column]),
    // An image of changes: more in one color, less in another.
    signed: (canvas, image) => {
      const largest = largestOf(image) || 1;
      pixels(canvas, SIZE, SIZE, (row, column) => image[row * SIZE + column] / largest, ["--more", "--less"]);
    },
    // The maps of a stage, eight in a row and a pixel apart; single numbers, forty in a row.
    maps: (canvas, { size, maps, values }) => {
      const columns = size === 1 ? 40 : Math.min(maps, 8), step = size === 1 ? 1 : size + 1;
      const gap = step - size, largest = largestOf(values) || 1;
      const at = (row, column) => {
        const i = row % step, j = column % step, map = Math.floor(row / step) * columns + Math.floor(column / step);
        return i < size && j < size ? GROUND + (1 - GROUND) * values[(i * size + j) * maps + map] / largest : 0;
      };
      pixels(canvas, columns * step - gap, maps / columns * step - gap, at);
    },
  };
};
