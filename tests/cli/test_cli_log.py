"""The program's own log: JSON on standard error, and never the text of an exception."""

import json
import subprocess
import sys

SCRIPT = """
import logging
from gateway import __main__ as program
program._log_as_json()
try:
    raise ExceptionGroup("minsu@example.kr sent", [ValueError("minsu@example.kr is no number")])
except ExceptionGroup:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    import structlog
    structlog.get_logger("api").exception("bug", code="internal")
logging.getLogger("uvicorn.error").info("not worth a line")
"""


def test_an_exception_is_logged_by_type_and_place_only() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["Exception in ASGI application", "bug"]
    assert [line["exception"] for line in lines] == ["ExceptionGroup(ValueError)"] * 2
    assert all(line["level"] == "error" and line["timestamp"] for line in lines)
    assert "minsu" not in ended.stderr
