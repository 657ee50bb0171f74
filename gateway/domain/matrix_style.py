"""How the table of a jurisdiction looks, on a page of its own and in the console. Text only.

Must never name a font, an image or a sheet of another host; logical properties only, so that right-to-left is free.
"""

from typing import Final

PAGE: Final = """
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1b2420; --soft: #55625b; --line: #dad8d0;
  --accent: #0f5c4a; --hold: #8a5a00; --focus: #1b63c9; }
@media (prefers-color-scheme: dark) { :root { --paper: #121815; --card: #1a221e; --ink: #edf1ee; --soft: #a9b7af;
  --line: #34403a; --accent: #6fd0b4; --hold: #e5b455; --focus: #8cb8ff; } }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK KR", sans-serif;
  color: var(--ink); background: var(--paper); text-size-adjust: 100%; }
body { margin: 0; }
main { max-inline-size: 1400px; margin-inline: auto; padding: 24px 32px 48px; }
h1 { font-size: 32px; line-height: 1.25; margin: 0 0 12px; }
h2 { font-size: 24px; line-height: 1.25; margin: 48px 0 12px; break-after: avoid; }
p { margin: 0 0 12px; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
table { border-collapse: separate; border-spacing: 0; inline-size: 100%; font-variant-numeric: tabular-nums; }
@media screen and (max-width: 760px) { main { padding: 16px; } h1 { font-size: 24px; } h2 { font-size: 18px; } }
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #333; --line: #999;
  --accent: #000; --hold: #000; } main { max-inline-size: none; padding: 0; } h1 { font-size: 24px; } }
"""
"""The ground that the console's own sheet gives in the console."""

TABLE: Final = """
.law-intro { max-inline-size: 72ch; }
.law-digest { font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
.law-none { color: var(--soft); }
.law-frame { border: 1px solid var(--line); border-radius: 6px; background: var(--card); margin-block-end: 24px; }
.law { font-size: 14px; line-height: 1.5; table-layout: fixed; }
.law caption { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.law th, .law td { text-align: start; vertical-align: top; padding: 8px 12px;
  border-block-end: 1px solid var(--line); overflow-wrap: anywhere; }
.law tbody tr:last-child > * { border-block-end: 0; }
.law thead th { font-size: 14px; font-weight: 600; color: var(--soft); white-space: normal;
  position: sticky; inset-block-start: 0; background: var(--card); }
.law thead th:first-child { inline-size: 15%; border-start-start-radius: 6px; }
.law thead th:last-child { border-start-end-radius: 6px; }
.law-rules thead th:first-child { inline-size: 34%; }
.law-rules thead th:nth-child(2) { inline-size: 36%; }
.law tbody th { font-weight: 600; scroll-margin-block-start: 48px; }
.law tbody th:target { outline: 2px solid var(--focus); outline-offset: -2px; }
.law tbody th span { display: block; font-weight: 400; color: var(--soft); }
.law td p, .law-told p { margin: 0 0 4px; }
.law td p:last-child { margin: 0; }
.law a, .law-told a { white-space: nowrap; font-size: 14px; }
.law-told { list-style: none; margin: 0 0 24px; padding: 0; border: 1px solid var(--line); border-radius: 6px;
  background: var(--card); font-size: 14px; }
.law-told li { padding: 8px 12px; border-block-end: 1px solid var(--line); }
.law-told li:last-child { border-block-end: 0; }
.law-mark { color: var(--hold); font-weight: 600; border: 1px solid; border-radius: 6px; padding: 0 4px;
  white-space: nowrap; }
@media screen and (max-width: 760px) {
  .law-frame { border: 0; background: none; }
  .law thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  .law, .law tbody, .law tr, .law td, .law tbody th { display: block; inline-size: 100%; }
  .law tbody tr { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 8px 16px;
    margin-block-end: 12px; }
  .law th, .law td { border: 0; padding: 4px 0; text-align: start; }
  .law tbody th { font-size: 16px; }
  .law td::before { content: attr(data-label); display: block; color: var(--soft); font-weight: 600; }
  .law td:has(> .law-none) { display: none; }
  .law a, .law-told a { padding-block: 4px; }
}
@page { size: A4 landscape; margin: 12mm 12mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); } }
@media print {
  .law, .law-told { font-size: 10px; line-height: 1.35; }
  .law a, .law-told a, .law thead th { font-size: 10px; color: inherit; text-decoration: none; }
  .law thead { display: table-header-group; }
  .law thead th { position: static; }
  .law tr, .law-told li { break-inside: avoid; }
  .law-frame, .law-told { border-radius: 0; }
  .law th, .law td { padding: 3px 6px; }
}
"""
"""The table itself; the console serves it as a sheet of its own."""
