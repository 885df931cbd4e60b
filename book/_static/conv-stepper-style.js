// How <conv-stepper> looks. The colors are those of the page, in the light and in the dark.
window.convStepper.style = `<style>
  :host { display: block; text-align: left; }
  @media screen { slot { display: none; } }
  @media print { .ui { display: none; } }
  .ui { container-type: inline-size; }
  .settings, .player { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem 1rem; }
  .settings { font-size: .9rem; }
  button, input, select { background: none; border: 1px solid var(--pst-color-border); border-radius: .25rem;
    color: inherit; font: inherit; }
  button { cursor: pointer; min-height: 2.25rem; padding: 0 .75rem; }
  button:hover, input:hover, select:hover { border-color: currentcolor; }
  :focus-visible { outline: 2px solid var(--pst-color-primary); outline-offset: 2px; }
  .switch { display: flex; }
  .switch > button:first-child { border-radius: .25rem 0 0 .25rem; }
  .switch > button + button { border-left: 0; border-radius: 0 .25rem .25rem 0; }
  .switch > [aria-pressed="true"] { background: var(--pst-color-text-base); color: var(--pst-color-background); }
  .field, label { align-items: center; display: inline-flex; gap: .35rem; }
  .field > input { font-size: 1rem; height: 2.25rem; padding: 0; text-align: center; width: 2.75rem; }
  select { background: var(--pst-color-background); font-size: 1rem; height: 2.25rem; }
  input:invalid { box-shadow: inset 0 0 0 2px var(--edge-mistake); }
  .wrong :is(.sum, .player, [data-name="y"], [data-name="dx"], [data-name="dw"]) { visibility: hidden; }

  .stage { align-items: start; display: flex; flex-wrap: wrap; gap: 1rem 2rem; overflow-x: auto;
    padding: 1.25rem 3px .5rem; --cell: clamp(1.75rem, calc((100cqi - .5rem) / var(--columns)), 2.5rem); }
  .matrix { display: inline-block; }
  .name { display: block; font-size: .9rem; margin-bottom: .35rem; white-space: nowrap; }
  .cells { display: grid; grid-auto-rows: var(--cell); grid-template-columns: repeat(var(--width), var(--cell));
    position: relative; width: max-content; }
  .cell { border: 1px solid var(--pst-color-border); display: grid; margin: 0 -1px -1px 0; position: relative;
    background: color-mix(in srgb, var(--tint) var(--share), transparent); transition: background .2s; }
  .cell.padding { border-style: dashed; color: var(--pst-color-text-muted); }
  .cell > * { background: none; border: 0; border-radius: 0; color: inherit; font: inherit; font-size: 1rem;
    font-variant-numeric: tabular-nums; margin: 0; min-height: 0; min-width: 0; padding: 0; place-self: stretch;
    text-align: center; width: 100%; }
  .cell > span { align-content: center; }
  .cell.read > * { font-weight: 600; }
  .cell > .long { font-size: .75rem; }
  .cell > :focus-visible { outline-offset: -2px; z-index: 2; }
  .cell[data-note]::after { bottom: 3px; content: attr(data-note); font-size: .625rem; line-height: 1.2;
    pointer-events: none; position: absolute; right: 5px; }
  .cell[data-note] > * { padding-bottom: .65rem; }
  .cell.unread { background-image: repeating-linear-gradient(135deg, transparent 0 4px,
      color-mix(in srgb, var(--pst-color-text-muted) 35%, transparent) 4px 5px); }
  .window { border: 3px solid var(--edge-quote); border-radius: 3px; pointer-events: none; position: absolute;
    height: calc(var(--h) * var(--cell) + 2px); left: calc(var(--j) * var(--cell) - 2px);
    top: calc(var(--i) * var(--cell) - 2px); width: calc(var(--w) * var(--cell) + 2px);
    transition: left .25s, top .25s; box-sizing: border-box; z-index: 1; }

  .sum, .message { font-variant-numeric: tabular-nums; margin: .5rem 0 .75rem; min-height: 1.5rem; }
  .message { border-left: 3px solid var(--edge-mistake); margin-top: 1rem; padding-left: .75rem; }
  .message:empty { border: 0; margin: 0; min-height: 0; }
  .sum { gap: .75rem 2rem; display: flex; flex-wrap: wrap; }
  .sum > div { align-items: center; display: flex; flex-wrap: wrap; gap: 0 .4rem; }
  .sum span:not(.terms) { white-space: nowrap; }
  .terms > span { display: inline-block; min-width: calc(.85 * var(--term)); }
  .sum .zero { color: var(--pst-color-text-muted); }
  .player { flex-wrap: nowrap; gap: .5rem; max-width: 28rem; }
  .player > button { flex: none; height: 2.75rem; padding: 0; width: 2.75rem; }
  .player > input { accent-color: var(--pst-color-primary); border: 0; flex: 1; height: 2.75rem; min-width: 0; }
  .player svg { display: block; fill: currentcolor; height: 1.1rem; margin: auto; }
  [aria-pressed="false"] > svg + svg, [aria-pressed="true"] > svg:has(+ svg) { display: none; }
  output { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .said { clip-path: inset(50%); height: 1px; margin: 0; overflow: hidden; position: absolute; width: 1px; }
  @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
</style>`;
