"""Screenshots of pages, run as a test so that fixtures apply."""
import pytest
from gateway.flows.preferences import stop
@pytest.mark.browser
def test_shots(browser, household):
    token = household.link().rpartition("/")[2]
    def shot(name, url, **o):
        c=browser.new_context(**o); p=c.new_page(); p.goto(url); p.screenshot(path=f"/tmp/shot_{name}.png", full_page=True); c.close()
    for l in ("en","de","ko","zh-Hans","zh-Hant","fa"):
        shot(f"ask_{l}", household.link()+f"?lang={l}", viewport={"width":320,"height":568})
    shot("ask_wide", household.link(), viewport={"width":1024,"height":700})
    shot("ask_dark", household.link()+"?lang=fa", viewport={"width":800,"height":700}, color_scheme="dark")
    shot("unknown", household.origin+"/o/xx?lang=fa", viewport={"width":320,"height":568})
    stop(household.gate, token, False, "opt_out_page")
    shot("done_en", household.link()+"?lang=en", viewport={"width":320,"height":568})
    shot("done_fa", household.link()+"?lang=fa", viewport={"width":320,"height":568})
    stop(household.gate, token, True, "opt_out_page")
    shot("all_ko", household.link()+"?lang=ko", viewport={"width":320,"height":568})
    shot("all_de", household.link()+"?lang=de", viewport={"width":800,"height":700}, forced_colors="active")
