"""A house run from the command line: every step an operator takes, in processes of their own on a real database."""

import json
import stat
from typing import Any

import pytest

PURPOSE = "marketing.own.newsletter"
AUDIENCE = ("release", "--key-file", "key", "--purpose", PURPOSE, "--channel", "email")
ABOUT = ("--purpose", PURPOSE, "--channel", "email")


def test_init_twice_changes_nothing(house: Any) -> None:
    before = house.told("keys", "show")
    assert house.told("init") == before
    assert before["generation"] == 1


def test_a_key_is_shown_once_and_only_its_digest_kept(house: Any) -> None:
    key = (house.folder / "key").read_text().strip()
    assert key.startswith("ost_")
    assert key not in house.done("tool", "list", "--json")


def test_the_same_list_again_gives_the_same_report(house: Any) -> None:
    told = house.told("import", "list.csv", "--source", "Form")
    assert told["repeated"] is True
    assert told["encoding"] == "cp949"
    none = dict.fromkeys(("joined", "merged_in_list", "quarantined", "held"), 0)
    assert told["rows"] == {"read": 3, "new": 3, **none, "refused": {}}
    assert told["columns"]["declared"]["이메일"] == "email"


def test_the_report_reads_well_and_holds_no_cell(house: Any) -> None:
    ended = house("import", "list.csv", "--source", "Form")
    assert ended.stdout.startswith("ACCEPT  Form  (imported before)")
    assert "휴대전화" in ended.stdout
    assert "example.kr" not in ended.stdout + ended.stderr


def test_a_dry_run_counts_and_gives_nobody(house: Any) -> None:
    told = house.told(*AUDIENCE, "--dry-run")
    assert (told["people"], told["denied"]) == (2, {"no_permission": 1})


def test_an_audience_ends_with_its_receipt(house: Any) -> None:
    lines = [json.loads(line) for line in house.done(*AUDIENCE, "--field", "email").splitlines()]
    assert {line["email"] for line in lines[1:-1]} == {"minsu@example.kr", "seoyeon@example.kr"}
    assert lines[-1]["receipt"]["people"] == 2
    assert "c2sp.org/tlog-proof" in lines[-1]["receipt"]["proof"]


def test_an_audience_in_a_file_is_private_and_whole(house: Any) -> None:
    out = house.folder / "audience.csv"
    told = house.told(*AUDIENCE, "--field", "email", "--format", "csv", "--out", str(out))
    assert told["people"] == 2
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text().splitlines()[-1].startswith('#{"receipt"')
    assert not out.with_name("audience.csv.unfinished").exists()


def test_a_filter_is_typed_by_the_policies(house: Any) -> None:
    asked = (*AUDIENCE, "--dry-run", "--where")
    assert house.told(*asked, "jurisdiction=KR")["people"] == 2
    assert house.told(*asked, "language=de,fa")["people"] == 0
    refused = house(*asked, "birth_year<young")
    assert (refused.returncode, "predicate_value" in refused.stderr) == (2, True)


def test_decide_answers_with_its_exit_code(house: Any) -> None:
    ask = ("decide", "--key-file", "key", *ABOUT, "--act", "disclose", "--email", "-")
    yes = house(*ask, stdin="minsu@example.kr\n")
    no = house(*ask, stdin="jiwoo@example.kr\n")
    nobody = house(*ask, "--json", stdin="nobody@example.kr\n")
    assert (yes.returncode, yes.stdout.split()[0]) == (0, "ALLOW")
    assert (no.returncode, no.stdout.split()[0]) == (4, "DENY")
    assert (nobody.returncode, json.loads(nobody.stdout)["code"]) == (4, "person_unknown")


def test_explain_tells_every_step_with_its_law(house: Any) -> None:
    said = house.done("explain", "--email", "-", "--tool", "newsletter", *ABOUT, stdin="jiwoo@example.kr\n")
    assert said.splitlines()[0] == "DENY"
    assert "KR-50-1" in said
    assert "Network Act Art. 50(1)" in said
    assert "It would be allowed" in said
    assert "example.kr" not in said


def test_a_withdrawal_holds_at_once_and_its_repetition_does_nothing(house: Any) -> None:
    ask = ("decide", "--key-file", "key", *ABOUT, "--act", "disclose", "--phone", "+821012345680")
    say = ("consent", "record", "--phone", "+821012345680", "--state", "withdrawn", "--purpose", "marketing",
           "--method", "call", "--idempotency-key", "call-1")  # fmt: skip
    assert house(*ask[:-2], "--email", "seoyeon@example.kr").returncode == 0
    first = house.told(*say)
    assert first["effective"] == "withdrawn"
    assert house.told(*say) == first
    assert house(*ask[:-2], "--email", "seoyeon@example.kr").returncode == 4
    told = house.told("explain", "--email", "seoyeon@example.kr", "--tool", "newsletter", *ABOUT)
    assert told["reasons"][0]["code"] == "person_withdrawn"


def test_a_consent_wants_its_proof(house: Any) -> None:
    say = ("consent", "record", "--email", "jiwoo@example.kr", "--state", "given", "--purpose", "marketing.own",
           "--channel", "email", "--sender", "Lindenhof", "--method", "letter")  # fmt: skip
    refused = house(*say)
    assert (refused.returncode, "[evidence_required]" in refused.stderr) == (4, True)
    (house.folder / "letter.txt").write_text("I agree.")
    assert house.told(*say, "--evidence", "letter.txt")["effective"] == "given"


def test_a_link_is_made_for_somebody_known_only(house: Any) -> None:
    made = house.done("link", "--email", "minsu@example.kr", *ABOUT, "--sender", "Lindenhof")
    assert made.startswith("http://127.0.0.1:8080/o/")
    assert house("link", "--email", "nobody@example.kr", *ABOUT).returncode == 2


def test_the_ledger_holds_in_the_database_and_in_its_export(house: Any) -> None:
    held = house.told("audit", "verify")
    assert (held["verdict"], held["waiting"]) == ("holds", 0)
    log, key = house.folder / "log", house.done("audit", "key").strip()
    assert house.told("audit", "export", str(log))["entries"] >= held["entries"]
    offline = ("audit", "verify", "--directory", str(log), "--key", key)
    assert house.told(*offline)["verdict"] == "holds"
    assert house("audit", "verify", "--checkpoint", str(log / "checkpoint")).returncode == 0
    entries = next(path for path in (log / "tile" / "entries").rglob("*") if path.is_file())
    entries.write_bytes(entries.read_bytes().replace(b"party.registered", b"party.registereD"))
    broken = house(*offline)
    assert (broken.returncode, broken.stdout.split()[0]) == (4, "BROKEN")


def test_an_officer_gets_a_password_once(house: Any) -> None:
    made = house.told("officer", "add", "anna", "--generate")
    assert len(made["password"]) >= 12
    again = house("officer", "add", "anna", "--generate")
    assert (again.returncode, "[officer_exists]" in again.stderr) == (2, True)
    (house.folder / "password").write_text("short\n")
    unfit = house("officer", "add", "boris", "--password-file", "password")
    assert (unfit.returncode, "[password_unfit]" in unfit.stderr) == (2, True)


def test_words_of_the_policies_are_listed(house: Any) -> None:
    assert {"id", "title", "iri"} == set(house.told("policy", "purposes")[0])
    assert any(field["name"] == "birth_year" and field["filterable"] for field in house.told("policy", "fields"))
    assert any(kind["forbidden"] for kind in house.told("policy", "sources"))


def test_doctor_finds_a_whole_house_and_names_a_missing_keyring(house: Any) -> None:
    ended = house("doctor", "--json")
    # The tests' own server runs without fsync, and the doctor says so.
    assert {one["name"] for one in json.loads(ended.stdout) if not one["ok"]} <= {"durability"}
    ring = house.folder / "data" / "keyring.json"
    ring.rename(ring.with_suffix(".away"))
    try:
        ended = house("doctor", "--json")
    finally:
        ring.with_suffix(".away").rename(ring)
    assert ended.returncode == 5
    assert json.loads(ended.stdout)[0] | {"mend": ""} == {
        "name": "keyring", "ok": False, "detail": "keyring_missing", "mend": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "evidence", "exit_code", "state"),
    [("broker_list", ("names_us", "supplier_identity"), 3, "quarantined"), ("bought_list", (), 4, "refused")],
)
def test_a_list_without_its_evidence_is_held_or_refused(
    house: Any, kind: str, evidence: tuple[str, ...], exit_code: int, state: str
) -> None:
    proofs = [word for one in evidence for word in ("--evidence", one)]
    house.done("source", "add", kind, "--kind", kind, "--collector", "Lindenhof", "--country", "KR", *proofs)
    unanswered = house("source", "approve", kind)
    assert (unanswered.returncode, "[questions_open]" in unanswered.stderr) == (2, True)
    ended = house("import", "list.csv", "--source", kind, "--json")
    assert (ended.returncode, json.loads(ended.stdout)["state"]) == (exit_code, state)
    assert json.loads(ended.stdout)["reasons"][0]["cite"]


def test_a_revoked_source_is_silent_and_stays_so(house: Any) -> None:
    house.done(
        "source", "add", "Old form", "--kind", "registration_form", "--collector", "Lindenhof", "--country", "KR"
    )
    assert house.told("source", "approve", "Old form")["status"] == "approved"
    assert house.told("source", "suspend", "Old form")["status"] == "suspended"
    assert house.told("source", "revoke", "Old form")["status"] == "revoked"
    assert [event["what"] for event in house.told("source", "show", "Old form")["history"]] == [
        "registered", "approved", "suspended", "revoked",
    ]  # fmt: skip
    again = house("source", "approve", "Old form")
    assert (again.returncode, "[source_status]" in again.stderr) == (2, True)
