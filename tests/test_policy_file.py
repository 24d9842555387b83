"""Policy files as people and attackers write them: every mistake has its place."""

from __future__ import annotations

import datetime

import pytest

from bot.errors import ExitCode, PolicyError
from bot.model import Severity
from bot.policy import Policy
from bot.policy.load import PolicyFile, load_policy, policy_at
from bot.policy.sweep import PublishMode, SweepPolicy

TODAY = datetime.date(2026, 11, 24)


def load(text: str | bytes, name: str = "p.yml") -> Policy:
    data = text.encode() if isinstance(text, str) else text
    return load_policy([PolicyFile(name, data)], today=TODAY)


def refused(text: str | bytes, name: str = "p.yml") -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load(text, name)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("fail_on: eror\n", "p.yml:1:10: `fail_on` is 'eror'; it takes note, warning, error or never", "`error`"),
        ("a: 1\nfial_on: error\n", "p.yml:2:1: unknown key `fial_on`", "did you mean `fail_on`?"),
        ("rules:\n  LG01: off\n", "p.yml:2:3: unknown key `rules.LG01`", "did you mean `LG001`?"),
        (
            "ignore:\n  - {rule: LG001, match: 'a(', reason: seen}\n",
            "p.yml:2:26: `ignore.match` is 'a('; it is no regular",
            "",
        ),
        ("include: ['a[b']\n", "p.yml:1:11: `include` is 'a[b'; it is no glob", ""),
        ("fix:\n\toff: 1\n", "p.yml:2:1: a tab in the indentation", "spaces"),
        ("fix: off\nfix: pr\n", "p.yml:2:1: the key `fix` again", "line 1"),
        ("fix: [off\n", "p.yml:2:1: not YAML: ", ""),
        ("fix: &a off\nmmap: *a\n", "p.yml:1:6: an anchor or alias", "write the value out"),
        ("--- {}\n--- {}\n", "p.yml:2:1: a second document", ""),
        ("fix: !!python/object:os.system off\n", "p.yml:1:6: the tag", ""),
        ("- a\n", "p.yml:1:1: a policy is a mapping", ""),
        (b"fix: \xff\n", "p.yml:1:6: not UTF-8", ""),
        ("projects: [{}]\n", "p.yml:1:12: `projects` has no `path`", ""),
        ("checkpoints:\n  limits:\n    seconds: 5000\n", "p.yml:3:14: `checkpoints.limits.seconds` is 5000", ""),
        ("sweep:\n  target: [org:acme]\n", "p.yml:2:3: unknown key `sweep.target`", "did you mean `targets`?"),
        ("sweep:\n  publish:\n    mode: opt_in\n", "p.yml:3:11: `sweep.publish.mode` is 'opt_in'", "`opt-in`"),
        (
            "sweep:\n  targets: [acme]\n",
            "p.yml:2:13: `sweep.targets` is 'acme'; it does not look like org:acme or acme/models",
            "",
        ),
        ("? [a]\n: b\n", "p.yml:1:3: a key that is a collection", ""),
        ("fix: off\nmmap: 'a\x00b'\n", "p.yml:2:9: not YAML: the character '\\x00'", ""),
        ("exclude:\n  - *.py\n", "p.yml:2:6: not YAML: ", "put what begins with `*` in quotes"),
        ("fix:\toff\n", "p.yml:1:5: not YAML: ", "YAML sets words apart with spaces"),
        ("exclude: ['[z-a].py']\n", "p.yml:1:11: `exclude` is '[z-a].py'; it is no glob: `z-a` runs backwards", ""),
        ("exclude: ['[!].py']\n", "it is no glob: a `[` is not closed", ""),
        ("include: ['!a.py']\n", "it is no glob: a `!` takes nothing back here", ""),
        ("include: ['*.{py,ipynb}']\n", "it is no glob: braces stand for themselves", ""),
        ("ignore: [{rule: lg002, reason: seen}]\n", "p.yml:1:17: `ignore.rule` is 'lg002'", "did you mean `LG002`?"),
        ("checkpoints: {devices: [gpu]}\n", "p.yml:1:25: `checkpoints.devices` is 'gpu'", "did you mean `cuda`?"),
        ("ignore: [{fingerprint: 1234567890123456, reason: seen}]\n", "it takes text", "put it in quotes"),
        ("ignore: [{rule: LG001, reason: seen, expires: 20270101}]\n", "20270101; it takes a day as YYYY-MM-DD", ""),
        (
            "projects:\n  - path: services/a\n  - path: ./services/a/\n",
            "p.yml:3:11: two projects have the path services/a",
            "the other begins in line 2",
        ),
        (
            "projects:\n  - {path: a/m, name: m}\n  - {path: b/m, name: m}\n",
            "p.yml:3:23: two projects have the name m",
            "line 2",
        ),
    ],
)
def test_a_mistake_has_line_and_column(text: str | bytes, told: str, hint: str) -> None:
    trouble = refused(text)
    assert told in str(trouble)
    assert hint in f"{trouble} {trouble.hint}"


def test_every_mistake_is_told_at_once() -> None:
    assert len(str(refused("fix: on\nmmap: maybe\nodd: 1\n")).splitlines()) == 3
    both = refused("fail_on: eror\nrules:\n  LG01: error\n")
    first, second = str(both).splitlines()
    assert first.endswith("(did you mean `error`?)") and second.endswith("(did you mean `LG001`?)")
    assert not both.hint


def test_an_expired_ignore_fails_on_its_day() -> None:
    entry = "ignore:\n  - rule: LG001\n    reason: until the release\n    expires: {}\n"
    assert load(entry.format("2026-11-25")).ignore[0].expires == "2026-11-25"
    trouble = refused(entry.format("2026-11-24"))
    assert str(trouble) == "p.yml:4:14: this ignore expired on 2026-11-24: until the release"
    assert "later day" in trouble.hint
    both = refused(entry.format("2020-01-01") + entry.format("2999-01-01")[8:] + entry.format("2020-02-02")[8:])
    assert [line.partition(":")[2][:4] for line in str(both).splitlines()] == ["4:14", "10:1"]


def test_an_anchor_bomb_and_deep_or_long_files_are_refused_quickly() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert "an anchor or alias" in str(refused(bomb))
    assert "bytes long" in str(refused(b"[" * 1_048_576))
    assert "nested more than" in str(refused("fix: " + "[" * 100_000))
    assert "nested more than" in str(refused("".join(" " * n + "a:\n" for n in range(600))))
    assert "values" in str(refused("include: [" + "a," * 60_000 + "]"))


def test_yaml_words_mean_what_they_say() -> None:
    policy = load("fix: off\ntorch_floor: 2.10\nrules: {LG001: off, LG002: error}\n")
    assert policy.fix == "off"
    assert policy.torch_floor == "2.10"
    assert policy.rules == {"LG001": "off", "LG002": "error"}
    assert load("").fail_on is Severity.WARNING
    assert load("fail_on: never").fail_on is None


def test_pyproject_is_read_with_lines() -> None:
    text = '[project]\nname = "x"\n\n[tool.loadguard]\nfix = "off"\ntorch_floor = 2.10\n\n'
    text += "[tool.loadguard.pull_request]\ndraft = false\n"
    policy = load(text, "pyproject.toml")
    assert (policy.fix, policy.torch_floor, policy.pull_request.draft) == ("off", "2.10", False)
    assert policy.origins["pull_request.draft"] == "pyproject.toml:9"
    assert load('[project]\nname = "loadguard"\n', "pyproject.toml").origins == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[tool.loadguard]\nfixx = "off"\n', "pyproject.toml:2:1: unknown key `fixx`"),
        ('[tool.loadguard]\n\nfix = "of"\n', "pyproject.toml:3:1: `fix` is 'of'"),
        ("[tool.loadguard]\nfix = off\n", "pyproject.toml:2:7: not TOML: Invalid value"),
        ('[[tool.loadguard.ignore]]\nrule = "LG001"\nreason = "seen"\nexpires = 2020-01-01\n', "expired on 2020-01-01"),
        ("[tool]\nloadguard = 1\n", "`tool.loadguard` is not a table"),
        ("tool = 'loadguard'\n", "`tool` is not a table"),
        ('[tool]\nloadguard = {fixx = "off"}\n', "pyproject.toml:2:1: unknown key `fixx`"),
        (b'# loadguard\n# caf\xe9\n[tool.loadguard]\nfix = "off"\n', "pyproject.toml:2:6: not UTF-8"),
        (
            '[[tool.loadguard.ignore]]\nrule = "LG001"\nreason = "seen"\n\n'
            '[[tool.loadguard.ignore]]\nrule = "LG0"\nreason = "seen"\n',
            "pyproject.toml:6:1: `ignore.rule` is 'LG0'",
        ),
        (
            '[[tool.loadguard.projects]]\npath = "a"\n[tool.loadguard.projects.rules]\nLG001 = "off"\n'
            '[[tool.loadguard.projects]]\npath = "b"\n[tool.loadguard.projects.rules]\nLG001 = "on"\n',
            "pyproject.toml:8:1: `projects.rules.LG001` is 'on'",
        ),
        ("[tool.loadguard.pull_request]\ninline_cap = 900\n", "pyproject.toml:2:1: `pull_request.inline_cap` is 900"),
    ],
)
def test_a_mistake_in_pyproject_has_its_line(text: str | bytes, told: str) -> None:
    assert told in str(refused(text, "pyproject.toml"))


def test_layers_lie_over_each_other_key_by_key() -> None:
    organisation = b"fail_on: error\nrules: {LG001: note, LG002: error}\nignore: [{rule: LG008, reason: everywhere}]\n"
    repository = b"rules: {LG001: error}\nignore: [{path: tests, reason: fixtures}]\npull_request: {inline_cap: 5}\n"
    policy = load_policy(
        [PolicyFile("acme/.github/loadguard.yml", organisation), PolicyFile(".github/loadguard.yml", repository)],
        overrides={"mmap": "never"},
    )
    assert policy.fail_on is Severity.ERROR
    assert policy.rules == {"LG001": "error", "LG002": "error"}
    assert [each.reason for each in policy.ignore] == ["everywhere", "fixtures"]
    assert policy.pull_request.inline_cap == 5
    assert policy.origins["rules.LG002"] == "acme/.github/loadguard.yml:2"
    assert policy.origins["rules.LG001"] == ".github/loadguard.yml:1"
    assert policy.origins["mmap"] == "input or option"


def test_the_sweep_section_is_nouns_like_the_others() -> None:
    text = (
        "sweep:\n  targets: [org:acme, acme/tools]\n  exclude: [acme/*-archive]\n  publish: {mode: all, canary: [5]}\n"
    )
    sweep = load(text).sweep
    assert (sweep.targets, sweep.exclude) == (("org:acme", "acme/tools"), ("acme/*-archive",))
    assert (sweep.publish.mode, sweep.publish.canary, sweep.publish.per_hour) == (PublishMode.ALL, (5,), 40)
    assert load("").sweep == SweepPolicy()


@pytest.mark.parametrize(
    ("text", "speaks_of_it"),
    [
        ("[tool.loadguard]\n", True),
        ("[ tool . loadguard ]\n", True),
        ('["tool"."loadguard"]\n', True),
        ('[tool]\nloadguard = {fix = "off"}\n', True),
        ('tool.loadguard.fix = "off"\n', True),
        ("[tool.loadguard]\nfix = \n", True),
        ('[tool.uv.sources]\nloadguard = {path = "../loadguard"}\n', False),
        ('[project]\ndependencies = ["loadguard"]\n', False),
        ("[tool.black\n# loadguard\n", False),
        ("tool = 'loadguard'\n", False),
        ("[tool.black]\n", False),
    ],
)
def test_pyproject_is_the_policy_however_its_table_is_written(text: str, speaks_of_it: bool) -> None:
    found = policy_at({"pyproject.toml": text.encode()}.get)
    assert bool(found) is speaks_of_it
