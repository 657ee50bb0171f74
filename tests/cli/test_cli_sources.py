"""The source register from the command line: draft, questions, files of evidence, changes, revocation with numbers."""

from typing import Any

WANTED = (
    "who_compiled", "collected_from", "told_people", "compiled_when", "wording_seen", "seller_known", "warranties",
    "active_only", "notice_by",
)  # fmt: skip


def test_a_partner_list_goes_from_draft_to_approved(house: Any) -> None:
    house.done("party", "add", "Partner", "--country", "TW")
    told = house.told(
        "source", "add", "List", "--kind", "partner_list_named", "--collector", "Lindenhof", "--country", "DE",
        "--draft", "--supplier", "Partner", "--contract", "C-7/2", "--origin", "TW", "--evidence", "names_us",
        "--answer", "who_compiled=the partner",
    )  # fmt: skip
    assert (told["status"], told["supplier"], told["origin"], told["contract"]) == ("draft", "Partner", "TW", "C-7/2")
    waiting = house("source", "submit", "List")
    assert (waiting.returncode, "[questions_open]" in waiting.stderr) == (2, True)
    questions = {one["question"]: one for one in house.told("source", "show", "List")["questions"]}
    assert set(questions) == set(WANTED)
    assert questions["who_compiled"]["answer"] == "the partner"
    for word in WANTED[1:]:
        house.done("source", "answer", "List", word, next(iter(questions[word]["answers"]), "said so"))
    assert "Who compiled the list?" in house.done("source", "show", "List")
    assert house.told("source", "submit", "List")["status"] == "submitted"
    assert house.told("source", "approve", "List")["status"] == "approved"
    (house.folder / "wording.txt").write_text("I agree", "utf-8")
    kept = house.told("source", "evidence", "List", "wording.txt", "--kind", "consent_wording")
    assert (kept["status"], len(kept["digest"])) == ("submitted", 64), "new evidence is looked at by somebody"
    narrowed = house.told("source", "change", "List", "--drop-evidence", "names_us", "--notice", "n-2")
    assert (narrowed["evidence"], narrowed["notice"]) == ("consent_wording", "n-2")
    for arguments, code in (
        (("answer", "List", "consent_how", "own_form"), "question_unknown"),
        (("answer", "List", "who_compiled", "kim@example.kr"), "answer_unfit"),
        (("evidence", "List", "nothing.txt", "--kind", "names_us"), "file_unreadable"),
        (("evidence", "List", "wording.txt", "--kind", "a_promise"), "evidence_unknown"),
        (("change", "List", "--kind", "a_gift"), "source_kind_unknown"),
    ):
        refused = house("source", *arguments)
        assert (refused.returncode, f"[{code}]" in refused.stderr) == (2, True), refused.stderr
        assert "kim@" not in refused.stderr + refused.stdout


def test_a_revocation_says_first_what_falls_silent(house: Any) -> None:
    counted = house.told("source", "revoke", "Form", "--dry-run")
    assert counted["status"] == "approved"
    assert counted["effect"]["people"] == counted["effect"]["people_with_no_other_source"] > 0
    assert counted["effect"]["consents"] > 0
    assert counted["effect"]["tools"] == []
    no = house("source", "revoke", "Form", stdin="n\n")
    assert no.returncode != 0
    assert "people with no other source" in no.stdout
    assert house.told("source", "show", "Form")["status"] == "approved"
    assert "example.kr" not in no.stdout
    assert "revoked" in house.done("source", "revoke", "Form", "--yes")
