// A long page is laid out in steps: what is on the screen at once, each section below it when the browser has time,
// and all that is left as soon as the reader goes somewhere, so that every link lands where it leads.
{
  const GOES = ["pointerdown", "keydown", "wheel", "click", "beforeprint"];
  const left = [...document.querySelectorAll(".bd-article > section > section")]; // own.css leaves these for later
  const settle = (section) => section.classList.add("settled");
  const settleAll = () => left.splice(0).forEach(settle);
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50)); // Safari has none
  const settleNext = () => {
    if (!left.length) return new bootstrap.ScrollSpy(document.body); // marks in the contents where the reader is
    settle(left.shift());
    whenIdle(settleNext);
  };

  for (const type of GOES) addEventListener(type, settleAll, { capture: true, once: true, passive: true });
  const [visit] = performance.getEntriesByType("navigation");
  if (location.hash || visit?.type !== "navigate") settleAll(); // the browser goes to a place of its own accord
  addEventListener("load", () => whenIdle(settleNext));
}
