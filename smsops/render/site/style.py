"""The one style sheet of the report. Colours repeat what words say; every pair of them keeps a contrast of 4.5 to 1."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --page: #fff; --soft: #f6f8fa; --line: #d1d9e0; --dim: #59636e;
  --link: #0550ae; --ok: #116329; --warn: #7d4e00; --bad: #a40e26; --mark: #fff8c5;
  --h0: #e7ebef; --h1: #a3cbef; --h2: #68a5df; --h3: #3079c4; --h4: #0c4a8a }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --page: #0d1117; --soft: #161b22; --line: #3d444d;
  --dim: #9da7b1; --link: #79c0ff; --ok: #56d364; --warn: #e3b341; --bad: #ff9492; --mark: #3b2f00;
  --h0: #21282f; --h1: #1b4677; --h2: #2468ac; --h3: #4a95dc; --h4: #a5d3fb } }
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem; text-size-adjust: 100% }
body { margin: 0; color: var(--text); background: var(--page); font: 1rem/1.5 system-ui, sans-serif }
header, main, footer { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem }
header { padding-top: 1.5rem } main { padding-bottom: 2rem }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--dim); font-size: .875rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem } h1, h2, h3, h4 { overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem } h3 { font-size: 1rem; margin: 1.25rem 0 .5rem }
h4 { font-size: .9rem; margin: 1rem 0 .25rem }
p { margin: .5rem 0; max-width: 60rem; overflow-wrap: anywhere }
a { color: var(--link) } a:focus-visible, button:focus-visible, summary:focus-visible, input:focus-visible,
.frame:focus-visible, :target:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0; padding: 0 }
.skip { position: absolute; left: -999rem } .skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem;
  background: var(--page); border: 2px solid var(--link); z-index: 3 }
.find { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line) }
.find > div { max-width: 78rem; margin: 0 auto; padding: .6rem 1.5rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem;
  align-items: center }
.find input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--dim); border-radius: 6px;
  padding: .25rem .6rem; flex: 0 1 22rem; min-width: 8rem }
.find output, .dim, dt { color: var(--dim) } kbd { font: .8rem ui-monospace, monospace;
  border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem }
.t { white-space: nowrap } .ok { color: var(--ok) } .warn { color: var(--warn) } .bad { color: var(--bad) }
b.ok, b.warn, b.bad, b.dim { font-weight: 600; white-space: nowrap }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere }
.frame { overflow-x: auto; margin: .5rem 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
caption { position: absolute; left: -999rem }
.sides { table-layout: fixed; min-width: 44rem } .sides th:first-child { width: 23% }
.sides th:last-child { width: 8rem }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 5rem }
thead th { white-space: nowrap; font-weight: 600 } tbody th { font-weight: 500 }
td.url { min-width: 14rem } tbody tr:hover, .rows summary:hover { background: var(--soft) }
tr.x > * { background: var(--mark) }
button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-align: left; min-height: 1.75rem }
button::after { content: " \\2195"; color: var(--dim) }
[aria-sort=ascending] > button::after, button.up::after { content: " \\2191"; color: inherit }
[aria-sort=descending] > button::after, button.down::after { content: " \\2193"; color: inherit }
ul, ol { padding-left: 1.25rem; margin: .25rem 0 } li { overflow-wrap: anywhere }
.diffs { list-style: none; padding: 0 } .diffs b { font-weight: 600 }
del { text-decoration: none; color: var(--bad) } ins { text-decoration: none; color: var(--ok) }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1.25rem; margin: .5rem 0;
  font-size: .9rem } dd { margin: 0; overflow-wrap: anywhere }
details { margin: .25rem 0 } summary { cursor: pointer }
.group { border: 1px solid var(--line); border-left: .3rem solid var(--dim); border-radius: 6px; padding: .5rem 1rem;
  margin: .6rem 0 } .group.error { border-left-color: var(--bad) } .group.warning { border-left-color: var(--warn) }
.group h3 { margin: 0 0 .25rem } .group ul { font-size: .9rem; margin: .25rem 0 }
.calm { border: 1px solid var(--line); border-left: .3rem solid var(--ok); border-radius: 6px; padding: .5rem 1rem }
.version { border-left: 2px solid var(--line); padding: 0 0 .5rem 1.25rem; margin: 0 }
.version h3 { margin: 0; padding-top: .75rem } .versions { list-style: none; padding: 0 }
.cal { display: block; width: 100%; min-width: 44rem; max-width: 58rem }
.cal text { fill: var(--dim); font: 10px system-ui, sans-serif }
.l0 { fill: var(--h0) } .l1 { fill: var(--h1) } .l2 { fill: var(--h2) } .l3 { fill: var(--h3) } .l4 { fill: var(--h4) }
.dot { fill: var(--page); stroke: var(--bad); stroke-width: 2 }
.rows { border-top: 1px solid var(--line); font-size: .9rem }
.rows details { margin: 0; border-bottom: 1px solid var(--line); content-visibility: auto;
  contain-intrinsic-size: auto 2.2rem }
.rows:not(.flat) > div { content-visibility: auto; contain-intrinsic-size: auto 220rem }
.rows summary, .head { display: grid; gap: 0 1rem; align-items: baseline; padding: .35rem .25rem .35rem 1.4rem }
.chan summary, .chan.head { grid-template-columns: 2.4fr 1fr 2.6fr 6.5rem 8rem 8rem }
.appl summary, .appl.head { grid-template-columns: 11.5rem 1fr 1.2fr 6.5rem 1.5fr 1.5fr }
.head { font-size: .9rem; font-weight: 600 } .rows i { font-style: normal; overflow-wrap: anywhere }
.rows summary { list-style: none; position: relative } .rows summary::-webkit-details-marker { display: none }
.rows summary::before { content: "\\25B8"; position: absolute; left: .3rem; top: .4rem; color: var(--dim) }
.rows [open] > summary::before { content: "\\25BE" } .rows [open] > summary { background: var(--soft) }
.rows summary > b { font-weight: 600; overflow-wrap: anywhere } .rows details > :not(summary) { margin-left: 1.4rem }
.rows dl:not([class]) { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .1rem 1.25rem }
.rows ol:not([class]) { list-style: none; padding: 0; font-variant-numeric: tabular-nums }
.x { background: var(--mark) } [hidden] { display: none !important }
@media (max-width: 48rem) { header, main, footer, .find > div { padding-left: 1rem; padding-right: 1rem }
  .head { display: flex; flex-wrap: wrap } .facts, .rows dl:not([class]) { grid-template-columns: 1fr }
  .facts dd, .rows dl:not([class]) dd { margin-bottom: .35rem }
  .chan summary, .appl summary { display: flex; flex-wrap: wrap; gap: 0 .75rem }
  .rows summary > b { flex-basis: 100% } .rows summary > i:not([class]) { color: var(--dim) }
  .find .dim { display: none } .find input { flex: 1 1 8rem } }
@page { margin: 1.5cm }
@media print { :root { color-scheme: light; --text: #000; --page: #fff; --soft: #fff; --line: #999; --dim: #333;
  --link: #000; --ok: #000; --warn: #000; --bad: #000; --mark: #eee }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0 } body { font-size: 10pt }
  .find, .skip, nav { display: none } .frame { overflow: visible }
  .rows > div, .rows details { content-visibility: visible !important }
  tr, .group, .version, .rows summary { break-inside: avoid } h2, h3 { break-after: avoid }
  button::after { content: "" !important } .cal { min-width: 0 }
  .l0, .l1, .l2, .l3, .l4, .dot { print-color-adjust: exact } }
"""
