// The Tab key stops at what scrolls in its own box, and passes over what does not. The browser tells when it has laid
// a block out; to ask, as the theme does, would make it lay out the whole page first.
{
  const BLOCKS = "pre:not(.live-code > pre), .wide, .cell_output > .output, .pst-scrollable-table-container";
  const main = document.getElementById("main-content");
  const sizes = new ResizeObserver((changes) => {
    const found = changes.map(({ target }) => // all are read before the first is written
      [target, target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight]);
    for (const [block, scrolls] of found) block.tabIndex = scrolls ? 0 : -1;
  });
  const watch = (part) => {
    const changed = [part.closest(BLOCKS), part.closest(".cell_output > .output")].filter(Boolean);
    for (const block of [...changed, ...part.querySelectorAll(BLOCKS)]) {
      sizes.unobserve(block); // what is observed from the start is reported, though its own size be the same
      sizes.observe(block);
    }
  };

  watch(main);
  new MutationObserver((changes) => new Set(changes.map(({ target }) => target)).forEach(watch))
    .observe(main, { childList: true, subtree: true });
}
