"""The table of a jurisdiction as HTML: the same inside the console and on a page of its own. Pure.

Must never carry a script, an address of another host, or a word of a policy file that is not escaped.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Final

from gateway.domain.matrix import Matrix, RuleLine
from gateway.domain.matrix_cells import EVERY_CHANNEL, EVERYBODY, Line, Row, Section
from gateway.domain.matrix_style import PAGE, TABLE

_COLUMNS: Final = (
    ("Needs", (("needs", ""), ("unless", "Unless "), ("registers", "Register: "))),
    ("Time and number", (("lasts", ""), ("hours", "Hours: "), ("caps", "Limit: "))),
    ("The message carries", (("carries", ""),)),
    ("Stopping", (("stopping", ""),)),
    ("Also", (("also", ""),)),
)
_STATES: Final = {
    "in_force": "in force",
    "later": "not yet in force",
    "over": "no longer in force",
    "pending": "a bill",
}


def whole_page(matrix: Matrix) -> str:
    """Give a page of its own: one file, no script, nothing fetched, light and dark, printing on A4 landscape."""
    title = f"{matrix.name}: the law as rules, {matrix.day.isoformat()}"
    foot = f'@page {{ @bottom-left {{ content: "{matrix.pack}, {matrix.day}, bundle {matrix.bundle[:16]}"; }} }}'
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{PAGE}\n{TABLE}\n{foot}\n</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(matrix.name)}: the law as rules</h1>\n{intro(matrix)}\n{body(matrix)}\n"
        "</main>\n</body>\n</html>\n"
    )


def intro(matrix: Matrix) -> str:
    """Say whose rules they are, of which day, and from which text."""
    whose = ""
    if matrix.jurisdiction != matrix.pack:
        whose = f"{escape(matrix.jurisdiction)} has no pack of its own: that of {escape(matrix.name)} speaks for it. "
    if matrix.extends:
        whose += f"It inherits from {escape(matrix.extends)}. "
    bill = sum(rule.state != "in_force" for rule in matrix.rules)
    others = f" {bill} more are not in force that day; they stand in the list of rules." if bill else ""
    count = len(matrix.rules) - bill
    return (
        f'<p class="law-intro">{whose}What holds on {_day(matrix.day)}: {count} rules.{others} What no rule speaks of'
        " is denied, and of several laws the strictest holds. This is no legal advice.</p>\n"
        f'<p class="law-digest">Pack <bdi>{escape(matrix.digest)}</bdi>, bundle <bdi>{escape(matrix.bundle)}</bdi></p>'
    )


def body(matrix: Matrix) -> str:
    """Give the sections and the list of rules, each a table under its heading (h2)."""
    return "\n".join((*(_section(each) for each in matrix.sections), _rules(matrix.rules)))


def _section(section: Section) -> str:
    head = f'<h2 id="law-{section.id}">{escape(section.title)}</h2>\n'
    if section.rows:
        return head + _uses(section)
    if not section.told:
        return f'{head}<p class="law-none">No rule in force speaks of this.</p>\n'
    rows = "".join(f"<li>{_line(line, '')}</li>\n" for line in section.told)
    return f'{head}<ul class="law-told">\n{rows}</ul>\n'


def _uses(section: Section) -> str:
    columns = [each for each in _COLUMNS if any(row.cells[name] for row in section.rows for name, _ in each[1])]
    names = ("By, to whom", *(name for name, _ in columns))
    rows = "".join(_use(row, columns) for row in section.rows)
    return _table(section.title, names, rows)


def _use(row: Row, columns: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> str:
    channels = "every channel" if len(row.channels) == EVERY_CHANNEL else ", ".join(row.channels)
    kinds = "everybody" if len(row.kinds) == EVERYBODY else ", ".join(row.kinds)
    cells = "".join(_cell(name, "".join(_lines(row, parts))) for name, parts in columns)
    first = f'<th scope="row" role="rowheader">{escape(channels)}<span>{escape(kinds)}</span></th>'
    return f'<tr role="row">{first}{cells}</tr>\n'


def _lines(row: Row, parts: tuple[tuple[str, str], ...]) -> Iterable[str]:
    for name, before in parts:
        for line in row.cells[name]:
            yield f"<p>{_line(line, before)}</p>"


def _line(line: Line, before: str) -> str:
    lead = f"<b>{before}</b>" if before else ""
    rule = f' <a href="#{escape(line.rule)}"><bdi>{escape(line.rule)}</bdi></a>' if line.rule else ""
    said = escape(line.words if before else line.words[:1].upper() + line.words[1:])
    return f"{lead}{said}{rule}{_marks(line.marks)}"


def _marks(marks: Iterable[str]) -> str:
    return "".join(f' <span class="law-mark">{escape(mark)}</span>' for mark in marks)


def _rules(rules: Sequence[RuleLine]) -> str:
    seen: set[str] = set()
    rows = []
    for rule in rules:
        anchor = "" if rule.id in seen else f' id="{escape(rule.id)}"'
        seen.add(rule.id)
        rows.append(_rule(rule, anchor))
    names = ("Rule", "It says", "Evidence", "Holds", "From")
    return '<h2 id="law-rules">Every rule</h2>\n' + _table("Every rule of the pack", names, "".join(rows), " law-rules")


def _rule(rule: RuleLine, anchor: str) -> str:
    says = "; ".join((*(() if rule.effect == "obliges" and rule.duties else (rule.effect,)), *rule.duties))
    when = f"<p><b>When </b>{escape(rule.when)}</p>" if rule.when else ""
    first = (
        f'<th scope="row" role="rowheader"{anchor}><bdi>{escape(rule.id)}</bdi>'
        f"<span>{escape(rule.title)}</span><span>{escape(rule.cite)}</span></th>"
    )
    cells = (
        ("It says", f"<p>{escape(says[:1].upper() + says[1:])}</p>{when}"),
        ("Evidence", f"<p>{_marks(rule.marks).strip() or escape(rule.evidence)}</p>"),
        ("Holds", f"<p>{_state(rule)}</p>{_dates(rule)}"),
        ("From", f"<p>{_origin(rule)}</p>"),
    )
    return f'<tr role="row">{first}{"".join(_cell(name, said) for name, said in cells)}</tr>\n'


def _state(rule: RuleLine) -> str:
    word = _STATES[rule.state]
    return word if rule.state == "in_force" else f'<span class="law-mark">{word}</span>'


def _dates(rule: RuleLine) -> str:
    parts = [f"{word} {_day(day)}" for word, day in (("from", rule.first), ("to", rule.last)) if day]
    return f"<p>{' '.join(parts)}</p>" if parts else ""


def _origin(rule: RuleLine) -> str:
    if rule.inherited_from:
        return f"inherited from {escape(rule.inherited_from)}"
    return f"region {escape(rule.region)}" if rule.region else "this pack"


def _table(caption: str, names: Sequence[str], rows: str, also: str = "") -> str:
    heads = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in names)
    return (
        f'<div class="law-frame">\n<table class="law{also}" role="table">\n<caption>{escape(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">\n{rows}</tbody>\n'
        "</table>\n</div>\n"
    )


def _cell(name: str, said: str) -> str:
    return f'<td role="cell" data-label="{escape(name)}">{said or _NOTHING}</td>'


_NOTHING: Final = '<p class="law-none">none</p>'


def _day(day: date) -> str:
    return f'<time datetime="{day.isoformat()}">{day:%a} {day.day} {day:%b %Y}</time>'
