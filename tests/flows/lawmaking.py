"""Policies folders for tests: the packaged law with one sentence changed, and a golden case that holds under it."""

from pathlib import Path

from policies.load import PACKAGED

CASE = """
- name: a newsletter on consent
  person: {jurisdiction: KR}
  consent: [{purpose: marketing, given: 2026-01-10T03:00:00Z}]
  ask: {act: disclose, purpose: marketing.own.newsletter, channel: email, at: 2026-11-20T03:00:00Z}
  want: {outcome: %s}
"""


def amended(folder: Path, changes: dict[str, str] | None = None, more: str = "", want: str = "allow") -> Path:
    """Write the packaged policies into a folder, with changes.

    Args:
        folder: made here.
        changes: texts of kr.yaml to replace; each must stand there.
        more: rules to add to kr.yaml, as YAML.
        want: the outcome that the one golden case asks for.
    """
    for path in PACKAGED.rglob("*"):
        name = path.relative_to(PACKAGED)
        if path.suffix in {".yaml", ".conf", ".csv"} and name.parts[0] != "cases":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(path.read_bytes())
    korea = folder / "jurisdictions" / "kr.yaml"
    text = korea.read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new, 1)
    korea.write_text(text + more, encoding="utf-8")
    (folder / "cases").mkdir()
    (folder / "cases" / "kr.yaml").write_text(CASE % want, encoding="utf-8")
    return folder


BAN = """
  - id: KR-TEST-BAN
    cite: Test Act Art. 1
    evidence: primary
    title: No advertising by e-mail
    when: {purpose: marketing, channel: email}
    need: ban
"""
FREE = {
    "channel: [email, sms, mms, msgapp, push, voice_auto, fax]}\n    need: opt_in":
    "channel: [email, sms, mms, msgapp, push, voice_auto, fax]}\n    need: opt_out"
}  # fmt: skip
"""Korea without the need for a consent."""
WEEK = """
  - id: KR-TEST-WEEK
    cite: Test Act Art. 2
    evidence: primary
    title: A consent carries for nine days
    when: {purpose: marketing, channel: email}
    expire: P9D
"""
