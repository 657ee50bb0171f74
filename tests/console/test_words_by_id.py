"""Words by id: what the policies name and what the pages refuse has its Persian, and none speaks for other English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.console.languages import languages
from gateway.console.words import english
from gateway.domain import leaks, treatment
from gateway.flows import intake_settle, widening
from gateway.lists.headers import Field
from policies.load import PACKAGED, load_bundle
from policies.terms import AudienceKind, SourceStatus, Treatment

ROOT = Path(__file__).parents[2]
PERSIAN = languages()["fa"]
BUNDLE = load_bundle(PACKAGED)
LETTER = re.compile("[\u0600-\u06ff]")
FAMILY = {
    "Invalid", "Unauthenticated", "Refused", "NotFound", "Conflict", "Quarantined", "Unavailable",
    "ListRefused", "EncodingUnsure", "MappingRefused",
}  # fmt: skip
FLOWS = (
    "activation", "desk", "desk_acts", "import_columns", "intake", "intake_control", "intake_defaults",
    "intake_origin", "intake_stage", "likeness", "observing", "officers", "overview", "proposals", "signing", "sources",
    "sources_approval", "sources_change", "sources_effect", "sources_view", "uploading", "widening",
)  # fmt: skip
MODULES = (
    *(f"flows/{name}" for name in FLOWS),
    *(f"console/{name}" for name in ("door", "languages", "likeness", "proposals", "quarantine", "sources", "upload")),
    *(f"store/{name}" for name in ("batches", "parties", "proposals", "sources")),
    *(f"lists/{path.stem}" for path in sorted((ROOT / "gateway" / "lists").glob("*.py"))),
    "console/source_acts", "domain/diligence",
)  # fmt: skip
"""Where a page that is offered in Persian may be refused."""


NOBODY = "Nobody lives there: ask how it got in."
NOT = "این نشانی از آنِ هیچ‌کس نیست: بپرسید چگونه به فهرست راه یافته است."
SOURCE_REASONS = (
    "lawful", "evidence_missing", "essential_evidence_missing", "source_unknown", "source_forbidden",
    "nothing_permitted", "nothing_permitted_there", "evidence_wanted", "source_not_approved", "canary_met",
)  # fmt: skip
"""Codes of reasons that are put together: a title of the policies with words of ours."""


REASONS = (
    (
        "Own form that the person filled in: nothing is permitted in KR", "nothing_permitted_there", "SRC-FORM",
        "فرم خودمان که شخص آن را پر کرده است: در KR هیچ کاری مجاز نیست",
    ),
    (
        "A confidential record of the state: population, tax, social insurance: the evidence is complete", "lawful", "",
        "پروندهٔ محرمانهٔ دولت: جمعیت، مالیات، بیمهٔ اجتماعی: مدارک کامل است",
    ),
    ("consent_wording: The consent text, word for word", "evidence_wanted", "", "متن رضایت: متن رضایت، کلمه به کلمه"),
    (
        "The source became suspended while the list was on its way.", "source_not_approved", "SRC",
        "هنگامی که فهرست در راه بود، وضعیت منبع به «تعلیق‌شده» تغییر کرد.",
    ),
    (
        f"A canary planted with Albion on 2026-05-01 in the shop stands in a list from Form. {NOBODY}",
        "canary_met", "SRC-LEAKED",
        f"نشانی آزمایشی‌ای که در 2026-05-01 نزد Albion (the shop) گذاشته شده بود، در فهرستی از Form آمده است. {NOT}",
    ),
    (
        "Nobody declared the column, so it is not stored", "drop_column_card", "TREAT-UNDECLARED",
        "کسی این ستون را اعلام نکرده است؛ پس ذخیره نمی‌شود",
    ),
)  # fmt: skip


def named() -> dict[str, dict[str, str]]:
    """Give the English of all that has an id, by list."""
    tells = {code: words for code, (_, _, words) in leaks._KNOWN.items()}
    left = {each.rule: each.words for each in (treatment.UNKNOWN, treatment.TAKEN_IN, treatment.LEFT_OUT)}
    return {
        "source_kinds": {rule.kind: rule.title for rule in BUNDLE.sources.values()},
        "evidence": dict(BUNDLE.evidence),
        "questions": {each.id: each.ask for each in BUNDLE.questions.values()},
        "purposes": {each.id: each.title for each in BUNDLE.purposes.nodes.values()},
        "treatment": {**{row.id: row.title for row in BUNDLE.treatment.rows}, **left},
        "proposals": {kind.name: kind.title for kind in widening.KINDS.values()},
        "reasons": {**tells, intake_settle.LEAK.code: intake_settle.LEAK.words},
    }


@pytest.mark.parametrize("name", named())
def test_whatever_has_an_id_has_its_persian(name: str) -> None:
    lacking = [
        f'"{id_}": {{"{english}": "…"}}'
        for id_, english in named()[name].items()
        if PERSIAN.by_id.find(name, id_, english) is None
    ]
    assert lacking == [], f"add to gateway/console/words/fa/by_id/{name}.json: " + ", ".join(lacking)
    known = {*named()[name], *(SOURCE_REASONS if name == "reasons" else ())}
    assert set(PERSIAN.by_id.lists[name]) <= known, "Persian of what is no more"


def test_every_word_of_the_policies_has_its_persian() -> None:
    words = {
        *BUNDLE.sources,
        *BUNDLE.evidence,
        *BUNDLE.treatment.kinds,
        *Treatment,
        *SourceStatus,
        *AudienceKind,
        *Field,
    }
    words |= {answer for each in BUNDLE.questions.values() for answer in each.answers} | {
        *leaks._KNOWN,
        *SOURCE_REASONS,
    }
    lacking = sorted(word.replace("_", " ") for word in words if not LETTER.search(PERSIAN.word(word)))
    assert lacking == [], f"add to gateway/console/words/fa/terms.json: {lacking}"


def refusals(path: Path) -> Iterator[tuple[str, str, int]]:
    """Give the refusals that a module raises: code, message with 7 in the place of whatever is put in, line."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    given = [node for node in nodes if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None]
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILY and len(node.args) > 1:
            code, message = (resolved(arg, given) for arg in node.args[:2])
            if isinstance(code, ast.Constant) and isinstance(message, (ast.Constant, ast.JoinedStr)):
                yield str(code.value), spelled(message), node.lineno


def resolved(arg: ast.expr, given: list[ast.Assign | ast.AnnAssign]) -> ast.expr:
    """Give what a name stood for last before it is used."""
    if not isinstance(arg, ast.Name):
        return arg
    meant = [one for one in given if arg.id in {getattr(each, "id", "") for each in targets(one)}]
    before = max((one for one in meant if one.lineno <= arg.lineno), key=lambda one: one.lineno, default=None)
    return arg if before is None or before.value is None else before.value


def targets(one: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return one.targets if isinstance(one, ast.Assign) else [one.target]


def spelled(message: ast.Constant | ast.JoinedStr) -> str:
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def test_every_refusal_of_these_pages_has_its_persian() -> None:
    lacking, met = [], 0
    for name in MODULES:
        for code, message, line in refusals(ROOT / "gateway" / f"{name}.py"):
            met += 1
            if 'lang="en"' in PERSIAN.told(message, code):
                lacking.append(f'"{code}": {{"{message}": "…"}} (gateway/{name}.py, line {line}; write {{n}} for 7)')
    assert met > 100
    assert lacking == [], "add to gateway/console/words/fa/by_id/refusals.json:\n" + "\n".join(lacking)


def test_persian_by_id_is_written_as_the_rest_is() -> None:
    for by_id in PERSIAN.by_id.lists.values():
        for said in by_id.values():
            for form, theirs in said.items():
                inside, there = (set(re.findall(r"{(\w+)}", text)) for text in (form, theirs))
                assert there <= inside, form
                assert LETTER.search(theirs) or there == inside, form
                assert not re.search("[يك۰-۹٠-٩<]", theirs), form
                assert theirs == theirs.strip(), form


@pytest.mark.parametrize(("said", "code", "rule", "wanted"), REASONS)
def test_a_reason_is_said_with_all_that_stands_in_it(said: str, code: str, rule: str, wanted: str) -> None:
    made = PERSIAN.why(said, code, rule)
    assert re.sub("[\u2068\u2069]", "", made) == wanted
    assert english().why(said, code, rule) == said


def test_where_a_house_says_something_else_nobody_speaks_for_it() -> None:
    assert PERSIAN.named("A leaked list", "source_kinds", "leaked") == "فهرست درزکرده"
    for id_, title in (("leaked", "Our own words"), ("order", "A leaked list"), ("no_such", "A leaked list")):
        assert PERSIAN.named(title, "source_kinds", id_) == f'<span lang="en" dir="ltr">{title}</span>'
    assert "&lt;b&gt;" in PERSIAN.named("<b>", "source_kinds", "leaked")
    assert "&lt;b&gt;" in PERSIAN.told("A party named <b> is registered already.", "party_exists")
