"""Mapping templates: kept with the ledger or not at all, used for exactly their titles, replaced and deleted."""

from pathlib import Path

import pytest
from sqlalchemy import text

from audit.errors import LeafRefused
from gateway.domain.errors import Conflict, Invalid, NotFound
from gateway.flows.templates import (
    delete_template,
    list_templates,
    open_as_before,
    save_template,
    save_template_of,
    template,
    template_for,
)
from gateway.lists import ListRefused, Mapping, MappingRefused, confirm, propose
from tests.flows.conftest import Seoul

TITLES = ("메일", "가입경로", "성함")
FIELDS = {"메일": "email", "가입경로": "", "성함": "name"}


def mapping(*titles: str, **fields: str) -> Mapping:
    return confirm(propose(titles or TITLES), fields)


def entries(seoul: Seoul) -> list[dict[str, object]]:
    with seoul.gate.house.unit() as connection:
        found = connection.scalars(
            text("SELECT convert_from(entry, 'UTF8')::jsonb FROM ledger_inbox WHERE convert_from(entry, 'UTF8')::jsonb"
                 "->>'kind' LIKE 'source.template%' ORDER BY no")
        )  # fmt: skip
        return list(found)


def test_a_saved_template_reads_the_same_titles_in_any_order(seoul: Seoul) -> None:
    made = save_template(seoul.gate, "officer", "Form", "weekly", mapping(), encoding="cp949", sheet="2")
    assert (made.version, made.fields, made.encoding, made.sheet) == (1, FIELDS, "cp949", "2")
    assert template_for(seoul.gate, "Form", tuple(reversed(TITLES))) == made
    assert template(seoul.gate, "Form", "weekly") == made


@pytest.mark.parametrize("titles", [TITLES[:2], (*TITLES, "추가"), ("메일", "가입경로", "성함 ")])
def test_one_title_more_less_or_other_is_another_list(seoul: Seoul, titles: tuple[str, ...]) -> None:
    save_template(seoul.gate, "officer", "Form", "weekly", mapping())
    assert template_for(seoul.gate, "Form", titles) is None


def test_the_ledger_names_no_title_and_no_template(seoul: Seoul) -> None:
    made = save_template(seoul.gate, "officer", "Form", "weekly", mapping())
    delete_template(seoul.gate, "officer", "Form", "weekly")
    saved, deleted = entries(seoul)
    assert [saved["kind"], deleted["kind"]] == ["source.template_saved", "source.template_deleted"]
    for entry in (saved, deleted):
        assert made.uid in str(entry)
        assert not any(title in str(entry) for title in (*TITLES, "weekly"))


def test_saving_again_replaces_and_counts(seoul: Seoul) -> None:
    first = save_template(seoul.gate, "officer", "Form", "weekly", mapping())
    assert save_template(seoul.gate, "other", "Form", "weekly", mapping()) == first
    assert len(entries(seoul)) == 1
    second = save_template(seoul.gate, "officer", "Form", "weekly", mapping(성함="ignore"))
    assert (second.version, second.uid != first.uid) == (2, True)
    assert list_templates(seoul.gate, "Form") == [second]
    delete_template(seoul.gate, "officer", "Form", "weekly")
    assert template_for(seoul.gate, "Form", TITLES) is None
    assert save_template(seoul.gate, "officer", "Form", "weekly", mapping()).version == 3


def test_two_names_for_the_same_titles_are_refused(seoul: Seoul) -> None:
    save_template(seoul.gate, "officer", "Form", "weekly", mapping())
    with pytest.raises(Conflict, match="template_exists"):
        save_template(seoul.gate, "officer", "Form", "daily", mapping())
    assert len(entries(seoul)) == 1


@pytest.mark.parametrize("name", ["", " weekly", "x" * 121, "a\nb"])
def test_an_unfit_name_is_refused(seoul: Seoul, name: str) -> None:
    with pytest.raises(Invalid, match="template_name_unfit"):
        save_template(seoul.gate, "officer", "Form", name, mapping())


def test_what_could_not_be_imported_is_not_kept(seoul: Seoul) -> None:
    with pytest.raises(MappingRefused, match="no_identifier"):
        save_template(seoul.gate, "officer", "Form", "weekly", propose(("성함",)))
    with pytest.raises(NotFound, match="source_unknown"):
        save_template(seoul.gate, "officer", "Nowhere", "weekly", mapping())
    for act in (template, lambda gate, source, name: delete_template(gate, "officer", source, name)):
        with pytest.raises(NotFound, match="template_unknown"):
            act(seoul.gate, "Form", "weekly")
    assert entries(seoul) == []


def test_a_template_that_the_ledger_refuses_is_not_kept(seoul: Seoul) -> None:
    with pytest.raises(LeafRefused):
        save_template(seoul.gate, "", "Form", "weekly", mapping())
    assert list_templates(seoul.gate, "Form") == []
    made = save_template(seoul.gate, "officer", "Form", "weekly", mapping())
    with pytest.raises(LeafRefused):
        save_template(seoul.gate, "", "Form", "weekly", mapping(성함="ignore"))
    with pytest.raises(LeafRefused):
        delete_template(seoul.gate, "", "Form", "weekly")
    assert list_templates(seoul.gate, "Form") == [made]


def test_a_template_answers_what_the_file_leaves_open(seoul: Seoul, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("email,имя\nada@example.org,Александра Иванова\n".encode("cp1251"))
    with pytest.raises(ListRefused, match="encoding_unsure"):
        open_as_before(seoul.gate, "Form", path)
    made = save_template_of(seoul.gate, "officer", "Form", "weekly", path, {}, encoding="cp1252")
    listed, used = open_as_before(seoul.gate, "Form", path)
    assert (listed.encoding.name, used) == ("cp1252", made)
    other = tmp_path / "other.csv"
    other.write_bytes("email,имена\nada@example.org,Александра Иванова\n".encode("cp1251"))
    with pytest.raises(ListRefused, match="encoding_unsure"):
        open_as_before(seoul.gate, "Form", other)
