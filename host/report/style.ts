/** The report's style sheet: phone first, light and dark, and on paper. */

import { ENGINES } from "../core/index.js";
import { colourVariables } from "./palette.js";

const PAGE_LIGHT = `--paper:#fefefe;--ink:#1b1f27;--soft:#5a6270;--rule:#d9dde4;--wash:#f4f6f8;--accent:#0067a5;--alarm:#b3261e;--alarm-wash:#fdecea;--good:#1d6b3a`;
const PAGE_DARK = `--paper:#16191f;--ink:#e7eaf0;--soft:#a3abb8;--rule:#363c47;--wash:#1f242c;--accent:#6cb8ee;--alarm:#ff8f85;--alarm-wash:#3a1f1e;--good:#74d199`;

function variables(theme: "light" | "dark"): string {
  return colourVariables()
    .map((colour) => `--${colour.name}:${colour[theme]}`)
    .join(";");
}

/** Plots carry their light colours as attributes; each is mapped to the variable of the same colour. */
function plotRules(): string {
  return colourVariables()
    .map(
      ({ name, light }) =>
        `.plot [fill="${light}"]{fill:var(--${name})}.plot [stroke="${light}"]{stroke:var(--${name})}`,
    )
    .join("\n");
}

const KEY_SHAPES: Record<string, string> = {
  float: "border-radius:50%",
  grid: "transform:rotate(45deg)",
  native: "border-radius:3px",
  device: "clip-path:polygon(50% 0,100% 100%,0 100%)",
};

function engineRules(): string {
  return ENGINES.map((engine) => `.key-${engine}{background:var(--engine-${engine});${KEY_SHAPES[engine]}}`).join("\n");
}

/** The whole style sheet, safe to stand inside a style element. */
export function styleSheet(): string {
  return `:root{color-scheme:light dark;${PAGE_LIGHT};${variables("light")}}
@media (prefers-color-scheme:dark){:root{${PAGE_DARK};${variables("dark")}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main,header,footer{max-width:58rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.75rem}
footer{padding-bottom:2.5rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .35rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;line-height:1.25;margin:2.5rem 0 .75rem;padding-top:.9rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--accent)}
.meta{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
.summary{font-size:1.2rem;line-height:1.4;max-width:46rem;margin:1.1rem 0 .6rem;font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1.25rem 0 0}
.tiles div{display:flex;flex-direction:column;background:var(--wash);border-radius:.5rem;padding:.7rem .85rem}
.tiles dt{font-size:.8125rem;line-height:1.3;color:var(--soft);order:2;margin-top:.15rem}
.tiles dd{margin:0}
.tiles dd.value{font-size:1.45rem;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
.tiles dd.note{font-size:.8125rem;color:var(--soft);order:3;font-variant-numeric:tabular-nums}
.flags{list-style:none;padding:0;margin:1.25rem 0 0;max-width:46rem}
.flags li{border-left:3px solid var(--rule);padding:.1rem 0 .1rem .75rem;margin:.5rem 0;font-size:.9375rem}
.flags li.alarm{border-color:var(--alarm);background:var(--alarm-wash);padding:.5rem .75rem;font-weight:600}
.alarm{color:var(--alarm);font-weight:650}
.good{color:var(--good)}
.scroll{overflow-x:auto;margin:1rem 0 1.5rem}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding:0 0 .4rem}
caption span{display:block;position:sticky;left:0;width:max-content;max-width:min(46rem,calc(100vw - 2rem))}
th,td{padding:.4rem .55rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
thead th{vertical-align:bottom;border-bottom:2px solid var(--rule);font-size:.875rem}
tbody th{font-weight:600}
.right{text-align:right;font-variant-numeric:tabular-nums}
small{display:block;color:var(--soft);font-weight:400;font-size:.78rem;line-height:1.35}
td .figure{white-space:nowrap}
.requirement tbody th{overflow-wrap:anywhere}
td small{white-space:nowrap}
.fields{table-layout:auto}
.fields td{overflow-wrap:anywhere}
.fields th{font-weight:400;color:var(--soft);width:30%;overflow-wrap:anywhere}
.plot{margin:1rem 0 1.5rem}
.plot svg{display:block;width:100%;height:auto;font-family:inherit}
.plot .wide{display:none}
.plot .narrow{max-width:26rem}
figcaption{color:var(--soft);font-size:.875rem;max-width:46rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:.4rem 0 0;padding:0}
.legend b{color:var(--ink);font-weight:600}
.key{display:inline-block;width:.65rem;height:.65rem;margin-right:.4rem}
.strip{display:grid;gap:1.25rem 2rem;grid-template-columns:1fr;margin:1rem 0;padding:0;list-style:none}
.example{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;margin:0;break-inside:avoid}
.example figure{margin:0}
.example img{width:100%;height:auto;display:block;image-rendering:pixelated;border-radius:3px;background:var(--wash)}
.example figcaption{font-size:.78rem;text-align:center;padding-top:.2rem}
.example .verdict{grid-column:1/-1;font-size:.875rem;margin:0}
.example .outcome{font-weight:650;margin:0 0 .1rem}
.example .verdict dl{margin:.25rem 0 0;display:grid;grid-template-columns:auto auto 1fr;gap:.05rem .75rem}
.example .verdict dt{color:var(--soft)}
.example .verdict dd{margin:0}
.wrong{color:var(--engine-device);font-weight:600}
pre{background:var(--wash);border-radius:.5rem;padding:.75rem .9rem;overflow-x:auto;font:.8125rem/1.5 ui-monospace,"Cascadia Mono","DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
details{margin:.6rem 0}
.fields caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.fields.scroll{position:relative;margin-top:.4rem}
summary{cursor:pointer;font-weight:600}
@media (min-width:44rem){body{font-size:16px}h1{font-size:1.8rem}.summary{font-size:1.35rem}.plot .wide{display:block}.plot .narrow{display:none}.strip{grid-template-columns:1fr 1fr}.results td small{display:inline}.results td small:first-of-type::before{content:"";display:block}.results td small+small::before{content:" · "}}
@media (max-width:30rem){.results table{font-size:.875rem}.results th,.results td{padding:.35rem .2rem}.results th:first-child{padding-left:0}.results td:last-child{padding-right:0}.results small{font-size:.72rem}.fields th{width:38%}}
@media print{
:root{color-scheme:light;${PAGE_LIGHT};${variables("light")}}
@page{margin:14mm}
body{font-size:10pt;background:none}
main,header,footer{max-width:none;padding:0}
.plot .wide{display:block}.plot .narrow{display:none}
.plot,tr,.tiles div,.flags li{break-inside:avoid}
.plot svg{max-width:150mm}
h2,h3,caption{break-after:avoid}
.scroll{overflow:visible}
details::details-content{display:block;content-visibility:visible;block-size:auto}
thead{display:table-header-group}
.strip{grid-template-columns:1fr 1fr}
.example img{max-width:32mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
${plotRules()}
${engineRules()}
`;
}
