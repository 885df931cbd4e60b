// A canvas of 28 × 28 pixels with a place in it that pointers and arrow keys move; the mark beside it shows where.
//   went(from, to, event)   after each move; { row, column } are 0 in the middle of the first pixel
//   keys                    what other keys do at the place where the mark is
window.digitGrid = (canvas, { went, keys = {} }) => {
  const SIZE = 28;
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const mark = canvas.nextElementSibling;
  let place = { row: 14, column: 14 }; // a pointer may leave the grid

  const pixel = ({ row, column }) => {
    const inside = (number) => Math.min(Math.max(Math.round(number), 0), SIZE - 1);
    return { row: inside(row), column: inside(column) };
  };

  function showMark() {
    const { row, column } = pixel(place);
    Object.assign(mark.style, { top: `${100 * row / SIZE}%`, left: `${100 * column / SIZE}%` });
  }

  function move(to, event) {
    const from = place;
    place = to;
    showMark();
    went(from, place, event);
  }

  function under(event) {
    const box = canvas.getBoundingClientRect();
    return {
      row: (event.clientY - box.top) / box.height * SIZE - 0.5,
      column: (event.clientX - box.left) / box.width * SIZE - 0.5,
    };
  }

  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key], act = keys[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey || !(step || act)) return;
    event.preventDefault();
    place = pixel(place);
    if (act) act(place);
    else move(pixel({ row: place.row + step[0], column: place.column + step[1] }), event);
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    place = under(event);
    move(place, event);
  });
  canvas.addEventListener("pointerenter", (event) => { place = under(event); }); // a line begins where it comes in
  canvas.addEventListener("pointermove", (event) => {
    const passed = event.getCoalescedEvents?.() ?? []; // only where the page comes by HTTPS or from this machine
    for (const each of passed.length ? passed : [event]) move(under(each), event);
  });
  showMark();
  return { pixel };
};
