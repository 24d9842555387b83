"""What other tools' own torch.load tests hold, in our words: all they rightly find, and why we differ where we do."""

from __future__ import annotations

import pytest

from tests.form_cases import Case, read_cases


@pytest.mark.parametrize("case", read_cases("peers"), ids=lambda case: case.name)
def test_peer(case: Case) -> None:
    case.check()
