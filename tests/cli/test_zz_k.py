from tests.cli.test_cli_moving import *
from tests.cli.conftest import Program
def test_show(house: Program) -> None:
    house.done("source","add","Old newsletter","--kind","registration_form","--collector","Lindenhof","--country","DE",*sum((["--evidence",e] for e in "notice_version consent_wording consent_time double_opt_in_record age_gate".split()),[]),*sum((["--default",e] for e in ["country=DE","time_zone=Europe/Berlin","purpose=marketing.own","wording=newsletter-1/de",'conditions=["double_opt_in"]']),[]))
    house.done("source","approve","Old newsletter")
    print(house.done("move","plan",*FILES,"--source","Old newsletter"))
    print(house.done("move","in",*FILES,"--source","Old newsletter"))
    n=house.told("move","list")[0]["moving"]
    print(house.done("move","report",n))
    assert 0
