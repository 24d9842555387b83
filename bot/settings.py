"""What this run was asked: the action's inputs and the runner's variables, validated once.

`INPUTS` and `OUTPUTS` are the single list: `action.yml` and the README are checked against it by a test.
Nothing here reads the environment itself; `bot.main` hands it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.choices import (
    CHECKPOINT_MODES,
    COMMENT_MODES,
    FAIL_LEVELS,
    FIX_MODES,
    MMAP_MODES,
    SWEEP_STEPS,
    SWITCHES,
)
from bot.errors import UsageError


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the action: `default` is spelt as in `action.yml`; empty means that the policy decides."""

    name: str
    default: str
    sentence: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """One output of the action."""

    name: str
    sentence: str


INPUTS = (
    Input("github-token", "${{ github.token }}", "Token that reads the pull request and writes the review and fix."),
    Input("app-id", "", "Number of a GitHub App to act as, instead of github-token; it must be installed here."),
    Input("app-private-key", "", "Private key (PEM) of that GitHub App, from a secret."),
    Input("github-api-url", "${{ github.api_url }}", "Address of the REST API; differs only on GitHub Enterprise."),
    Input("paths", "", "Files and folders to scan, one a line; empty means the whole repository."),
    Input("config", "", "Policy file in the repository; empty means .github/loadguard.yml, then pyproject.toml."),
    Input("fail-on", "", "Lowest level of a new finding that fails the check.", FAIL_LEVELS),
    Input("fix", "", "What to do about a finding with a proved fix.", FIX_MODES),
    Input("mmap", "", "When mmap=True joins a fix.", MMAP_MODES),
    Input("torch-floor", "", "Oldest torch the project supports, where its own files do not say, such as 2.6."),
    Input("comment", "", "Where findings are written on a pull request.", COMMENT_MODES),
    Input("checkpoints", "", "How far changed checkpoints are looked at.", CHECKPOINT_MODES),
    Input("devices", "", "Devices a checkpoint is tried on, separated by commas: cpu, cuda, tpu, xla."),
    Input("sarif-file", "", "Where to write a SARIF 2.1.0 report, relative to the workspace; empty writes none."),
    Input("sarif-upload", "false", "Upload the report to code scanning; needs security-events: write.", SWITCHES),
    Input("report-json", "", "Where to write the JSON report, relative to the workspace; empty writes none."),
    Input("dry-run", "false", "Print what would be written to GitHub and write nothing.", SWITCHES),
    Input("sweep", "", "Do this step of a sweep over many repositories instead of looking at the event.", SWEEP_STEPS),
    Input("sweep-targets", "", "What to sweep, one a line, such as org:NAME; empty means what the policy says."),
    Input("sweep-shard", "", "The part of the plan that `run` is to scan, such as 2/8; empty means all of it."),
    Input("sweep-state-token", "${{ github.token }}", "Token for the state branch and the dashboard of a sweep."),
)

OUTPUTS = (
    Output("findings", "Number of findings in everything that was scanned."),
    Output("new", "Number of findings on lines that the pull request adds or changes."),
    Output("fixable", "Number of findings with a proved fix."),
    Output("pr-url", "Address of the fix pull request, or of the page that opens it; empty when there is none."),
    Output(
        "pr-operation", "What happened to the fix pull request: none, created, updated, unchanged, closed or branch."
    ),
    Output("sarif-file", "Path of the SARIF report, when one was asked for."),
    Output("report-json", "Path of the JSON report, when one was asked for."),
    Output("checkpoints", "Number of checkpoints that were looked at."),
    Output("smoke-status", "Worst result of the sandboxed loads: none, neutral, passed, refused or killed."),
    Output("exit-reason", "Why the step ended as it did, in a sentence."),
    Output("exit-code", "The exit code, for a step with continue-on-error."),
    Output("matrix", "After `sweep: plan`: the matrix of shards, as JSON."),
    Output("shards", "After `sweep: plan`: the number of shards; 0 when there is nothing to scan."),
    Output("pull-requests", "After `sweep: publish`: the number of fix pull requests it opened."),
    Output("halted", "After `sweep: publish`: why no more pull requests are opened; empty when that is not so."),
    Output("resume-after", "After a step of a sweep that left work: when to run it again, ISO 8601."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """A run in GitHub Actions. Paths are as the runner gives them; token and key never show in a repr."""

    token: str = field(repr=False)
    app_id: int | None
    app_private_key: str = field(repr=False)
    api_url: str
    graphql_url: str
    server_url: str
    repository: str
    event_name: str
    event_path: str
    workspace: str
    sha: str
    ref: str
    actor: str
    run_id: str
    output_path: str
    summary_path: str
    paths: tuple[str, ...]
    config: str
    sarif_file: str
    sarif_upload: bool
    report_json: str
    dry_run: bool
    overrides: Mapping[str, str]
    sweep: str = ""
    sweep_targets: tuple[str, ...] = ()
    sweep_shard: str = ""
    sweep_state_token: str = field(default="", repr=False)

    @property
    def run_url(self) -> str:
        """The page of this run, or nothing outside a run."""
        if not (self.repository and self.run_id):
            return ""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"


OVERRIDES = {
    "fail-on": "fail_on",
    "fix": "fix",
    "mmap": "mmap",
    "torch-floor": "torch_floor",
    "comment": "pull_request.comment",
    "checkpoints": "checkpoints.mode",
    "devices": "checkpoints.devices",
}
"""The policy keys that CI may choose, by the input that chooses them."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Validate the inputs and the runner's variables.

    Raises `UsageError` naming the input, what it held and what it may hold.
    """
    values = {each.name: _input(environ, each) for each in INPUTS}
    api_url = _address(values["github-api-url"] or environ.get("GITHUB_API_URL", ""), "github-api-url")
    return Settings(
        token=values["github-token"],
        app_id=_app_id(values),
        app_private_key=values["app-private-key"].replace("\\n", "\n"),
        api_url=api_url or "https://api.github.com",
        graphql_url=_graphql_address(api_url or "https://api.github.com", environ),
        server_url=_address(environ.get("GITHUB_SERVER_URL", ""), "GITHUB_SERVER_URL") or "https://github.com",
        repository=environ.get("GITHUB_REPOSITORY", ""),
        event_name=environ.get("GITHUB_EVENT_NAME", ""),
        event_path=environ.get("GITHUB_EVENT_PATH", ""),
        workspace=environ.get("GITHUB_WORKSPACE", "") or ".",
        sha=environ.get("GITHUB_SHA", ""),
        ref=environ.get("GITHUB_REF", ""),
        actor=environ.get("GITHUB_ACTOR", ""),
        run_id=environ.get("GITHUB_RUN_ID", ""),
        output_path=environ.get("GITHUB_OUTPUT", ""),
        summary_path=environ.get("GITHUB_STEP_SUMMARY", ""),
        paths=_lines(values["paths"]),
        config=values["config"],
        sarif_file=values["sarif-file"],
        sarif_upload=values["sarif-upload"].lower() == "true",
        report_json=values["report-json"],
        dry_run=values["dry-run"].lower() == "true",
        overrides={key: values[name] for name, key in OVERRIDES.items() if values[name]},
        sweep=values["sweep"],
        sweep_targets=_lines(values["sweep-targets"]),
        sweep_shard=values["sweep-shard"],
        sweep_state_token=values["sweep-state-token"],
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _input(environ: Mapping[str, str], wanted: Input) -> str:
    """The value of an input as the runner spells it: upper case, hyphens kept (some runners turn them to `_`)."""
    name = wanted.name.upper()
    value = environ.get(f"INPUT_{name}", environ.get(f"INPUT_{name.replace('-', '_')}", "")).strip()
    if value.startswith("${{"):
        return ""
    if value and wanted.choices and value.lower() not in wanted.choices:
        message = f"input `{wanted.name}` is {value!r}"
        raise UsageError(message, hint=f"it takes {', '.join(wanted.choices[:-1])} or {wanted.choices[-1]}")
    return value.lower() if wanted.choices else value


def _app_id(values: Mapping[str, str]) -> int | None:
    """The App's number, None for no App. Number and key go together."""
    number, key = values["app-id"], values["app-private-key"]
    if bool(number) != bool(key):
        missing, given = ("app-id", "app-private-key") if key else ("app-private-key", "app-id")
        raise UsageError(f"input `{given}` is set and `{missing}` is empty", hint="a GitHub App needs both")
    if number and not (number.isascii() and number.isdigit()):
        raise UsageError(f"input `app-id` is {number!r}", hint="it takes the App ID, a number, from the App's page")
    return int(number) if number else None


def _address(value: str, name: str) -> str:
    """An http(s) address without credentials and without a closing slash."""
    if not value:
        return ""
    from urllib.parse import urlsplit

    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f"`{name}` is not an http or https address", hint="for example https://api.github.com")
    return value.rstrip("/")


def _graphql_address(api_url: str, environ: Mapping[str, str]) -> str:
    """The runner's own GraphQL address where it belongs to `api_url`; else the one GitHub derives from it."""
    given = environ.get("GITHUB_GRAPHQL_URL", "")
    if given and environ.get("GITHUB_API_URL", "").rstrip("/") == api_url:
        return _address(given, "GITHUB_GRAPHQL_URL")
    return api_url.removesuffix("/v3") + "/graphql" if api_url.endswith("/api/v3") else api_url + "/graphql"
