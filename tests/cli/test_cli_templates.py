"""`ostiary source template`: kept from a list, shown, replaced, deleted; no row of the list is printed or kept."""

from typing import Any

ROWS = "고객메일,가입경로,성함\nminsu@example.kr,웹,민수\n"


def test_a_template_is_kept_shown_and_deleted(house: Any) -> None:
    (house.folder / "template.csv").write_text(ROWS, encoding="utf-8")
    save = ("source", "template", "save", "Form", "weekly", "template.csv", "--map", "고객메일=email")
    made = house.told(*save)
    assert (made["version"], made["fields"]) == (1, {"가입경로": "", "고객메일": "email", "성함": "name"})
    assert house.told(*save) == made
    assert house.told("source", "template", "list", "Form") == [made]
    assert house.told("source", "template", "show", "Form", "weekly") == made
    assert house.told(*save, "--map", "성함=ignore", "--encoding", "utf-8")["version"] == 2
    shown = house.done("source", "template", "show", "Form", "weekly")
    assert "고객메일" in shown
    assert "minsu" not in shown
    assert house.told("source", "template", "delete", "Form", "weekly")["deleted"] is True
    ended = house("source", "template", "show", "Form", "weekly")
    assert (ended.returncode, "template_unknown" in ended.stderr) == (2, True)


def test_a_template_without_an_identifier_is_refused(house: Any) -> None:
    (house.folder / "none.csv").write_text("가입경로\n웹\n", encoding="utf-8")
    ended = house("source", "template", "save", "Form", "none", "none.csv")
    assert (ended.returncode, "no_identifier" in ended.stderr) == (2, True)
