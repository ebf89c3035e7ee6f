"""``python -m popanalysis.schemas`` writes ``parameters.schema.json`` anew, after a parameter was added."""

import json
from pathlib import Path

from popanalysis.schemas import parameters_schema

text = json.dumps(parameters_schema(), ensure_ascii=False, indent=2) + "\n"
Path(__file__).with_name("parameters.schema.json").write_text(text, encoding="utf-8", newline="\n")
