"""`ostiary grades` and `ostiary retention`: run, shown, reviewed into a file of its own, planned, deleted as shown."""

import csv
import hashlib
import json
import stat

from tests.cli.conftest import Program


def code(ended: object) -> str:
    return str(json.loads(getattr(ended, "stdout", "") or getattr(ended, "stderr", ""))["code"])


def test_grades_are_given_shown_and_asked_for(house: Program) -> None:
    made = house.told("grades", "run")
    assert made["people"] == sum(made["by_grade"].values()) == 3
    assert house.told("grades", "show") == made["by_grade"]
    assert "kept up" in house.done("grades", "show")
    asked = ("release", "--key-file", "key", "--purpose", "marketing.own", "--channel", "email", "--field", "email")
    refused = house(*asked, "--grade", "1", "--json")
    assert (refused.returncode, code(refused)) == (4, "predicate_not_granted")
    unfit = house(*asked, "--best-first", "--json")
    assert (unfit.returncode, code(unfit)) == (4, "predicate_not_granted")


def test_a_tool_that_may_takes_the_best_first(house: Program) -> None:
    house.done(
        "tool", "add", "chooser", "--sender", "Lindenhof", "--country", "KR", "--purpose", "marketing.own",
        "--channel", "email", "--field", "email", "--field", "grade",
    )  # fmt: skip
    (house.folder / "chooser").write_text(house.done("tool", "key", "chooser"))
    asked = ("release", "--key-file", "chooser", "--purpose", "marketing.own", "--channel", "email", "--field", "email")
    counted = house.told(*asked, "--grade", "2", "--best-first", "--limit", "1", "--dry-run")
    assert (counted["people"], counted["denied"]["over_limit"]) == (1, 1)
    assert code(house(*asked, "--best-first", "--json")) == "best_first_without_limit"
    assert code(house(*asked, "--grade", "7", "--json")) == "grade_unknown"


def test_the_review_is_a_file_with_uids_and_reasons_only(house: Program) -> None:
    listed = []
    for month in range(1, 13):
        name = f"review-{month}.csv"
        made = house.told("grades", "review", "--month", f"2026-{month:02}", "--csv", name)
        file = house.folder / name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == made["digest"]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        listed += list(csv.DictReader(file.read_text().splitlines()))
    assert len({row["person"] for row in listed}) == len(listed) == 3
    assert all(len(bytes.fromhex(row["person"])) == 16 for row in listed)
    assert code(house("grades", "review", "--csv", "review-1.csv", "--json")) == "file_exists"
    wrong = house("grades", "review", "--month", "soon", "--csv", "new.csv", "--json")
    assert (wrong.returncode, code(wrong)) == (2, "month_unfit")
    assert not (house.folder / "new.csv").exists()


def test_nothing_is_deleted_that_was_not_shown(house: Program) -> None:
    made = house.told("retention", "plan")
    assert set(made["reasons"]) == {"no_identifier", "sources_gone", "unused"}
    shown = house.done("retention", "plan")
    assert "CNIL" in shown
    assert all(line["rule"] in shown and line["cite"] for line in made["rules"])
    wrong = house("retention", "run", "--plan", "0" * 64, "--json")
    assert code(wrong) == "plan_changed"
    house.done("source", "revoke", "Form", "--yes")
    planned = house.told("retention", "plan")
    assert planned["reasons"]["sources_gone"] == 3
    done = house.told("retention", "run", "--plan", planned["digest"])
    assert (done["by_reason"]["sources_gone"], done["spared"]) == (3, 0)
    assert house.told("grades", "show") == {"1": 0, "2": 0, "3": 0, "4": 0}
    house.done("audit", "verify")
