// The buttons of the frames: the page holds both, and frames.css shows the frame with the class "shown".
for (const figure of document.querySelectorAll("figure.frames")) {
  const frames = figure.querySelectorAll(".frame");
  const [previous, play, next] = figure.querySelectorAll("button");
  const slider = figure.querySelector("input");
  const output = figure.querySelector("output");
  const [place, description] = output.children;
  const last = frames.length - 1;
  let current = 0;
  let timer = 0;

  function show(index) {
    frames[current].classList.remove("shown");
    current = Math.min(Math.max(index, 0), last);
    frames[current].classList.add("shown");
    place.textContent = `${current + 1} / ${frames.length}`;
    description.textContent = frames[current].querySelector("img").alt;
    slider.value = current + 1;
    slider.setAttribute("aria-valuetext", place.textContent);
  }

  function setPlaying(playing) {
    clearInterval(timer);
    timer = playing ? setInterval(advance, 1000) : 0;
    play.setAttribute("aria-pressed", playing);
    output.setAttribute("aria-live", playing ? "off" : "polite"); // a reader's own steps alone are announced
  }

  function advance() {
    show(current + 1);
    if (current === last) setPlaying(false);
  }

  function step(index) {
    setPlaying(false);
    show(index);
  }

  previous.addEventListener("click", () => step(current - 1));
  next.addEventListener("click", () => step(current + 1));
  slider.addEventListener("input", () => step(slider.valueAsNumber - 1));
  play.addEventListener("click", () => {
    if (!timer && current === last) show(0);
    setPlaying(!timer);
  });
}
