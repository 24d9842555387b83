"""Pages made from the code are what the code says today, and the policy shown as an example is one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bot.policy.load import PolicyFile, load_policy

ROOT = Path(__file__).resolve().parents[1]


def test_the_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs/generate.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `python docs/generate.py`:\n{done.stdout}{done.stderr}"


def test_no_page_of_a_rule_that_is_gone() -> None:
    known = {f"LG{n:03d}.md" for n in range(1, 9)} | {f"CK{n}.md" for n in range(101, 109)} | {"README.md"}
    assert {each.name for each in (ROOT / "docs/rules").iterdir()} == known


def test_the_example_policy_is_a_policy() -> None:
    example = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/policy.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    policy = load_policy([PolicyFile("docs/policy.md", example[1].encode())])
    assert policy.torch_floor == "2.6"
    assert policy.rules["LG006"] == "off"


def test_the_example_of_a_sweep_is_a_policy() -> None:
    _, example = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/policy.md").read_text("utf-8"), re.DOTALL)
    policy = load_policy([PolicyFile("docs/policy.md", example.encode())])
    assert policy.sweep.targets == ("org:acme", "property:acme:team=search", "octocat/tools")
    assert policy.sweep.publish.opt_in == ("acme/ml-*",)
