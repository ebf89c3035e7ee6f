"""Small lists of invented people, and the rule set in use."""

import pandas as pd
import pytest

from popanalysis.link import LinkageRules, current_rules
from popanalysis.project import shipped_folder
from popanalysis.synthetic.large import make_lists

FIELDS = ["child_name", "child_sex", "birth_date", "mother_name", "mother_id", "father_name", "father_id", "birth_cert_no"]


@pytest.fixture(scope="session")
def rules() -> LinkageRules:
    return current_rules(shipped_folder("params") / "linkage", "births")


@pytest.fixture(scope="session")
def banner():
    """Three lists of 1,500 births with planted mistakes: frames by source, and the true event of each record."""
    lists, _ = make_lists(1500, seed=77)
    frames = {kind: frame.set_index("record_id") for kind, frame in lists.items()}
    truth = pd.concat([f["event"] for f in frames.values()])
    return {kind: frame[FIELDS] for kind, frame in frames.items()}, truth
