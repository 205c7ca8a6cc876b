"""The notebook page: what it shows runs as it stands, on a small territory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"


def test_the_code_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    code = "from model import generated_territory\n" + "\n".join(blocks)
    small = code.replace('"cote-opale"', "generated_territory(600, 3)").replace("run(24)", "run(3)")
    assert small.count("generated_territory(600, 3)") == 1 and small.count("run(3)") == 2
    names: dict[str, Any] = {}
    exec(small, names)
    assert len(names["jobs"]) == 3
    assert names["firm"].sector == "FZ"
    assert len(names["structures"]) > 0 and len(names["supply"]) > 0
