// digitLook(text) -> the markup of the playground and its style; its colors are those of the page.
{
  const style = `
:host { display: block; text-align: start; }
.app { --ink: var(--pst-color-text-base); --more: var(--edge-mistake); --less: var(--edge-input);
  color: var(--ink); container-type: inline-size; }
p, ol { margin: 0; padding: 0; }
canvas { background: var(--pst-color-surface); display: block; image-rendering: pixelated; width: 100%; }
button { background: none; border: 1px solid var(--pst-color-border); border-radius: .25rem; color: inherit;
  cursor: pointer; font: inherit; font-size: .9rem; min-height: 2.75rem; padding: .25rem .6rem; }
button:hover { border-color: currentcolor; }
button[aria-pressed="true"] { background: var(--pst-color-primary); color: var(--pst-color-background); }
:is(button, canvas, input):focus-visible { outline: 2px solid var(--pst-color-primary); outline-offset: 2px; }
.title { font-size: .95rem; font-weight: 600; margin-bottom: .4rem; }
.hint { color: var(--pst-color-text-muted); font-size: .8rem; line-height: 1.4; margin-top: .4rem; }
.picks { display: grid; gap: .4rem; grid-template-columns: repeat(10, 1fr); margin: .4rem 0 1.25rem; }
.picks button { padding: .3rem; }
.picks canvas { background: none; margin: auto; max-width: 2.2rem; }
.board { display: grid; gap: .6rem 1.5rem; grid-template: "sheet seen answer" auto "sheet prepare answer" 1fr
  "tools prepare answer" auto / 15rem 9.25rem minmax(0, 1fr); }
.sheet { grid-area: sheet; } .tools { grid-area: tools; } .seen { grid-area: seen; } .answer { grid-area: answer; }
.grid, .framed { border: 1px solid var(--pst-color-border); position: relative; }
.grid > i { border: 2px solid var(--pst-color-primary); box-sizing: border-box; display: none;
  height: calc(100% / 28 + 4px); margin: -2px; pointer-events: none; position: absolute; width: calc(100% / 28 + 4px); }
.grid > canvas { cursor: crosshair; }
.grid > canvas:focus-visible + i, .grid > i.pointing { display: block; }
.pixels .grid > i { border-color: var(--ink); }
.sheet canvas { touch-action: none; }
.pixels canvas { touch-action: pan-y; transition: opacity .15s; } .pixels canvas.old { opacity: .3; }
.tools { align-content: start; display: flex; flex-wrap: wrap; gap: .4rem; }
.tools > .hint { margin: 0; }
label { cursor: pointer; display: flex; font-size: .9rem; gap: .5rem; grid-area: prepare; line-height: 1.3;
  min-height: 2.75rem; }
label .hint { display: block; }
input { accent-color: var(--pst-color-primary); flex: none; height: 1.1rem; width: 1.1rem; }
.reads { font-size: 1.05rem; line-height: 1.35; margin-bottom: .4rem; min-height: 2.7em; }
ol { list-style: none; }
li { align-items: center; display: grid; font-variant-numeric: tabular-nums; gap: .5rem;
  grid-template-columns: .8rem 1fr 3.6rem; line-height: 1.55rem; }
li > i { background: linear-gradient(var(--pst-color-primary) 0 0) no-repeat 0 / var(--share, 0%);
  background-color: var(--pst-color-surface); border-radius: 2px; height: .8rem; transition: background-size .15s; }
li > span:last-child { color: var(--pst-color-text-muted); font-size: .85rem; text-align: end; }
li.first { font-weight: 700; } li.first > span:last-child { color: inherit; }
.layers { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(2, 1fr); margin-top: 1.5rem; }
.layers > .title { grid-column: 1 / -1; margin: 0; }
.layers canvas { background: none; }
.layers.blank canvas { opacity: 0; }
.layers .hint { margin: 0 0 .3rem; }
.pixels { display: grid; gap: 0 1.5rem; grid-template-columns: 15rem 1fr; margin-top: 1.75rem; }
.pixels > .title { grid-column: 1 / -1; }
.pixels .hint { margin-top: 0; }
.pixels :is(.total, .one) { font-size: .9rem; margin-top: .6rem; }
.about { margin-top: .8rem; }
.said { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
[hidden] { display: none; }
@container (max-width: 38rem) {
  .picks { grid-template-columns: repeat(5, 1fr); }
  .board { gap: .8rem 1rem; grid-template: "sheet seen" auto "tools tools" auto "prepare prepare" auto
    "answer answer" auto / 2fr 1fr; }
  .answer { margin-top: .6rem; }
  .layers { grid-template-columns: 1fr; }
  .reads { min-height: 0; }
}
@container (max-width: 30rem) {
  .pixels { gap: .6rem; grid-template-columns: 1fr; }
  .pixels .grid { max-width: 15rem; }
}
@media (prefers-reduced-motion: reduce) { li > i, .pixels canvas { transition: none; } }
@media print { .app { display: none; } slot[hidden] { display: contents; } }`;

  const repeated = (count, part) => Array.from({ length: count }, (_, k) => part(k)).join("");

  window.digitLook = (text) => `<style>${style}</style><slot hidden></slot><div class="app">
<p id="picks">${text.picks}</p>
<div class="picks" role="group" aria-labelledby="picks">${repeated(10, (digit) =>
    `<button type="button" aria-label="${text.pick.replace("{0}", digit)}"><canvas></canvas></button>`)}</div>
<div class="board">
<div class="sheet"><p class="title">${text.sheet}</p>
<div class="grid"><canvas tabindex="0" role="application" aria-label="${text.sheetKeys}"></canvas><i></i></div></div>
<div class="tools"><button type="button" aria-pressed="false" id="eraser">${text.eraser}</button>
<button type="button" id="clear">${text.clear}</button><button type="button" id="corner">${text.corner}</button>
<p class="hint">${text.sheetHint}</p></div>
<div class="seen"><p class="title">${text.seen}</p>
<div class="framed"><canvas role="img" aria-label="${text.seenAlt}"></canvas></div></div>
<label><input type="checkbox" checked aria-describedby="prepare"><span>${text.prepare}
<span class="hint" id="prepare">${text.prepareHint}</span></span></label>
<div class="answer" role="group" aria-labelledby="answer"><p class="title" id="answer">${text.answer}</p>
<p class="reads"></p><ol role="list">${repeated(10, (digit) =>
    `<li><span>${digit}</span><i></i><span></span></li>`)}</ol></div></div>
<div class="layers"><p class="title">${text.layers}</p>${repeated(text.stages.length, (k) =>
    `<div><p class="hint">${text.stages[k]}</p>
<canvas role="img" aria-label="${text.stages[k]}"></canvas></div>`)}</div>
<div class="pixels" role="group" aria-labelledby="pixels"><p class="title" id="pixels">${text.pixels}</p>
<div class="grid"><canvas tabindex="0" role="application" aria-label="${text.pixelsKeys}"></canvas><i></i></div>
<div><p class="hint"></p><p class="total"></p><p class="one"></p></div></div>
<p class="hint about"></p><p class="said" role="status"></p></div>`;
}
