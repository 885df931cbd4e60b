// A long page is laid out as the reader comes: at first what is on the screen; from the first move on, a section
// at a time, between other work; and all that is left before a jump, so that every link lands where it leads. Scripts
// that nobody needs before come with the first move as well.
{
  const MOVES = ["pointermove", "pointerdown", "wheel", "scroll", "focusin"];
  const JUMPS = ["click", "keydown", "beforeprint"];
  const LATER = ".bd-article > section > section:not(.settled)"; // own.css leaves these for later
  const left = [...document.querySelectorAll(LATER)];
  const settle = (section) => {
    section.classList.add("settled");
    section.dispatchEvent(new Event("settle"));
  };
  const settleAll = () => left.splice(0).forEach(settle);
  // Safari has no idle time, and Chromium now and then finds none while nothing is drawn: it goes on after a while.
  const whenIdle = (work) => window.requestIdleCallback?.(work, { timeout: 200 }) ?? setTimeout(work, 50);
  const settleNext = () => {
    if (!left.length) return new bootstrap.ScrollSpy(document.body); // marks in the contents where the reader is
    settle(left.shift());
    whenIdle(settleNext);
  };

  const load = (later) => {
    const script = document.createElement("script");
    Object.assign(script, { src: later.dataset.src, async: false }); // in their order
    later.replaceWith(script);
  };

  const begun = new AbortController();
  const begin = () => {
    begun.abort();
    document.querySelectorAll('script[type="later"]').forEach(load);
    const start = () => whenIdle(settleNext);
    if (document.readyState === "complete") start();
    else addEventListener("load", start); // ScrollSpy comes with the last script
  };
  for (const type of JUMPS) addEventListener(type, settleAll, { capture: true, once: true });
  for (const type of [...MOVES, ...JUMPS]) { // no capture: the theme scrolls its own sidebar at once
    addEventListener(type, begin, { passive: true, signal: begun.signal });
  }
  // Safari, the one without idle time, does not search what it has not laid out.
  if (!window.requestIdleCallback) addEventListener("load", begin, { signal: begun.signal });

  // What builds itself does so with its section: when that comes near, or is laid out before a jump.
  window.whenLaidOut = (element, build) => {
    const section = element.closest(LATER);
    if (!section || (element.checkVisibility?.({ contentVisibilityAuto: true }) ?? true)) return build();
    const built = new AbortController();
    const now = ({ skipped }) => { if (!skipped) { built.abort(); build(); } };
    for (const type of ["contentvisibilityautostatechange", "settle"]) {
      section.addEventListener(type, now, { signal: built.signal });
    }
  };

  const [visit] = performance.getEntriesByType("navigation");
  if (location.hash || visit?.type !== "navigate") settleAll(); // the browser goes to a place of its own accord
}
