"""`ostiary campaign` from its registration to its end, and a question in its name."""

from typing import Any

PURPOSE = "marketing.own.newsletter"
DATES = ("--from", "2020-01-01T00:00:00+09:00", "--until", "2120-01-01T00:00:00+09:00")
ASKED = ("decide", "--key-file", "key", "--email", "-", "--purpose", PURPOSE, "--channel", "email", "--campaign")


def test_a_campaign_lives_from_draft_to_end(house: Any) -> None:
    tool = house.told("tool", "list")[0]["name"]
    sender = house.told("party", "list")[0]["name"]
    about = ("--sender", sender, "--purpose", "marketing.own", "--channel", "email", "--tool", tool, *DATES)
    made = house.told("campaign", "add", "Autumn", *about, "--priority", "2", "--cap", "1", "--days", "7")
    assert (made["state"], made["priority"], made["cap"]) == ("draft", 2, "1 in 7 days")
    refused = house(*ASKED, "Autumn", stdin="minsu@example.kr\n")
    assert (refused.returncode, "campaign_not_running" in refused.stderr) == (4, True)
    assert house.told("campaign", "resume", "Autumn")["state"] == "running"
    assert house(*ASKED, "Autumn", stdin="minsu@example.kr\n").returncode == 0
    held = house(*ASKED, "Autumn", stdin="minsu@example.kr\n")
    assert held.returncode == 3
    told = house.told("campaign", "show", "Autumn")
    assert (told["contacts"], told["people"], told["slots_held"]) == (1, 1, 0)
    assert "Autumn" in house.done("campaign", "list")
    for verb, state in (("pause", "paused"), ("end", "ended")):
        assert house.told("campaign", verb, "Autumn")["state"] == state
    assert house("campaign", "resume", "Autumn").returncode == 2


def test_what_makes_no_sense_is_refused_with_its_code(house: Any) -> None:
    sender, tool = house.told("party", "list")[0]["name"], house.told("tool", "list")[0]["name"]
    about = ("--sender", sender, "--purpose", "marketing.own", "--tool", tool)
    plain = house("campaign", "add", "Spring", *about, *DATES)
    assert (plain.returncode, "campaign_empty" in plain.stderr) == (2, True)
    unzoned = house("campaign", "add", "Spring", *about, "--channel", "email", "--from", "2020-01-01", "--until", "x")
    assert (unzoned.returncode, "time_without_zone" in unzoned.stderr) == (2, True)
    assert house("campaign", "show", "Nothing").returncode == 2
    assert "Spring" not in house.done("campaign", "list")
