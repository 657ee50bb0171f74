"""`ostiary source canary`: addresses are shown once, plantings and meetings are listed, refusals keep their codes."""

import json

from tests.cli.conftest import Program


def test_canaries_are_made_planted_and_listed(house: Program) -> None:
    party = house.told("party", "list")[0]["name"]
    made = house.told(
        "source", "canary", "add", party, "--domain", "post.example.com", "--count", "2", "--in", "May list"
    )
    assert [each["given_to"] for each in made] == [party, party]
    assert all(each["address"].endswith("@post.example.com") for each in made)
    house.told("source", "canary", "plant", made[0]["canary"], "--given-to", party, "--in", "June list")
    listed = {each["canary"]: each for each in house.told("source", "canary", "list")}
    assert [one["in"] for one in listed[made[0]["canary"]]["planted"]] == ["May list", "June list"]
    assert [one["met"] for one in listed.values()] == [[]] * len(listed)
    assert made[0]["address"] not in json.dumps(listed)


def test_refusals_keep_their_codes(house: Program) -> None:
    wrong = house("source", "canary", "add", "Nobody Ltd", "--domain", "post.example.com", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout or wrong.stderr)["code"]) == (2, "party_unknown")
    wrong = house("source", "canary", "plant", "x", "--given-to", "Nobody Ltd", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout or wrong.stderr)["code"]) == (2, "canary_unknown")
