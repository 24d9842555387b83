"""A believable sweep of a large organisation, the same for the same seed; and rows whose every word is hostile.

python -m tests.sweep_samples FOLDER [REPOSITORIES]     writes FOLDER/state.sqlite
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path
from random import Random
from typing import Any

from bot.edge.store import Store
from bot.model.sweep import Basis, Progress, Publication, Repository, Row, Scan, Standing, Sweep

BEGAN = datetime(2026, 11, 24, 1, 17, tzinfo=UTC)
OWNERS = ("aurora-labs", "aurora-robotics", "aurora-research", "aurora-medical")
FIRST = (
    "vision speech text audio graph policy scene depth motion protein atlas weather music video lidar pose tabular retrieval "
    "dialog agent reward latent token image sensor planner segment caption ranking anomaly forecast climate"
).split()
SECOND = (
    "transformer diffusion encoder trainer pipeline toolkit models bench zoo finetune inference serving eval lab kit "
    "baselines experiments demo datasets distill adapters playground service gateway tracker notebooks"
).split()
TOPICS = ("team-perception", "team-language", "team-platform", "team-science", "team-edge", "team-safety")
SKIPPED = (
    "no Python and no notebooks", "archived", "a fork", "empty", "opted out by its own policy", "a mirror",
)  # fmt: skip
FAILED = (
    "404: gone, or not visible to this token",
    "451: unavailable for legal reasons",
    "the tarball is damaged: CRC mismatch after 18,874,368 bytes",
    "refused: a member leads out of the tree (../../etc/cron.d/x)",
    "refused: inflates to more than 1,024 MB",
    "renamed while it was read; it is looked at again in the next sweep",
)
FOLDERS = ("", "src/", "scripts/", "tools/", "models/", "examples/", "train/", "notebooks/old/", "third_party/legacy/")
FILES = ("load", "checkpoint", "train", "eval", "infer", "convert", "export", "utils", "model", "serve", "resume")
VALUES = ("path", "args.checkpoint", "ckpt_path", "cfg.resume", "weights", "str(file)", "self.path", "model_file", "f")
NAMES = ("state", "ckpt", "checkpoint", "weights", "data", "params", "saved", "state_dict")
UNSAFE = "torch.load without weights_only=True runs the code a pickle asks for"
# rule, severity, line, fixed line ("" for none), tier, message, reason, evidence kind and words, advice, weight
KINDS: tuple[tuple[str, str, str, str, str, str, str, tuple[str, str], str, int], ...] = (
    ("LG001", "error", "model.load_state_dict(torch.load({v}, map_location=device))",
     "model.load_state_dict(torch.load({v}, map_location=device, weights_only=True))",
     "safe", UNSAFE, "goes into load_state_dict", ("use", "goes into load_state_dict"), "", 30),
    ("LG001", "error", '{n} = torch.load({v}, map_location="cpu")',
     '{n} = torch.load({v}, map_location="cpu", mmap=True, weights_only=True)',
     "safe", UNSAFE, "what is saved holds tensors only", ("save", "saved as a dict of tensors and numbers"), "", 18),
    ("LG001", "warning", "{n} = torch.load({v})", "{n} = torch.load({v}, weights_only=True)",
     "review", UNSAFE, "its keys are read; what was saved is not known", ("use", "keys are read"), "", 22),
    ("LG001", "warning", "net = torch.load({v}).eval()", "", "", UNSAFE, "", ("use", "`.eval()` is called on it: an object"),
     "Save `model.state_dict()` instead of the model, and load that.", 8),
    ("LG002", "warning", "{n} = torch.load({v}, weights_only=False)", "", "", "weights_only=False runs the code a pickle asks for",
     "", ("human", "written out by hand"), "Convert the file once, from a source you trust; then load it with `weights_only=True`.", 14),
    ("LG003", "warning", "{n} = torch.load({v}, **load_kwargs)", "", "",
     "`weights_only` comes out of `**load_kwargs`, which cannot be traced to a constant", "", ("use", "handed on"), "", 4),
    ("LG004", "error", "    {n} = torch.load({v}, weights_only=False)", "", "",
     "a refused load is tried again with weights_only=False: the attacker chooses the failure", "", ("use", "in an except block"),
     "Let the refusal be an error.", 3),
    ("LG005", "error", 'os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"', "", "",
     "switches the safe load off for the whole process", "", ("human", "written out by hand"), "Take the line out.", 2),
    ("LG006", "note", "torch>=1.13", "", "", "the declared range admits torch below 2.6.0, where weights_only=True does not protect (CVE-2025-32434)",
     "", ("version", "declared here"), "Raise the floor to 2.10.", 16),
    ("LG007", "note", "trainer.fit(model, ckpt_path={v})", "", "", "`Trainer.fit(ckpt_path)` loads with torch.load inside", "",
     ("use", "handed to Lightning"), "", 6),
)  # fmt: skip
WEIGHTS = [each[-1] for each in KINDS]


def sample_rows(count: int = 10_000, *, seed: int = 6) -> Iterator[Row]:
    """Repositories of a few owners; a fifth has findings, a few have very many, about three for each one in all."""
    names = _slugs(count, Random(seed))
    for place, slug in enumerate(names):
        yield _row(place, slug, Random(f"{seed}/{slug}"))


def sample_sweeps(rows: Sequence[Row], *, nights: int = 45) -> tuple[Sweep, ...]:
    """The sweep at hand, finished, and the nights before it, the newest first: findings fall while fixes are merged."""
    by_rule: Counter[str] = Counter()
    for row in rows:
        by_rule.update(each["rule"] for each in _findings(row))
    counts = dict(Counter(row.progress.value for row in rows))
    standings = Counter(row.publication.standing.value for row in rows if row.publication)
    sweeps = []
    for ago in range(nights):
        random, began = Random(ago), BEGAN - timedelta(days=ago)
        share = ago / nights
        sweeps.append(
            Sweep(
                number=nights - ago,
                started=_iso(began),
                finished=_iso(began + timedelta(minutes=52 + random.randrange(40))),
                targets=tuple(f"org:{owner}" for owner in OWNERS),
                rules="0.1.0+5f0c",
                shards=20,
                counts=counts,
                by_rule={
                    k: int(v * (1 + 0.55 * share**1.4 + random.uniform(0, 0.012))) for k, v in sorted(by_rule.items())
                },
                published={k: int(v * (1 - share) ** 1.3) for k, v in sorted(standings.items())},
                requests={"graphql": 104, "core": 412 + random.randrange(90)},
            )
        )
    return tuple(sweeps)


def write_state(path: Path, count: int = 10_000, *, seed: int = 6) -> Path:
    """A state file as a finished sweep leaves it."""
    rows = list(sample_rows(count, seed=seed))
    store = Store(path)
    store._db.execute("PRAGMA synchronous = OFF")
    for sweep in reversed(sample_sweeps(rows)[1:]):
        store.put_sweep(sweep)
    store.put_plan(sample_sweeps(rows)[0], rows)
    for row in rows:
        if row.publication:
            store.put_publication(row.publication)
        if row.scan:
            store.scanned(row.repository.id, row.scan)
    # `scanned` makes every one scanned and takes its reason: the plan's own word stands in the end
    store.put_plan(sample_sweeps(rows)[0], rows)
    store.close()
    return path


def _slugs(count: int, random: Random) -> list[str]:
    pairs = [f"{a}-{b}" for a in FIRST for b in SECOND]
    random.shuffle(pairs)
    made = []
    for n in range(count):
        name = pairs[n % len(pairs)] + (f"-v{n // len(pairs) + 1}" if n >= len(pairs) else "")
        made.append(f"{OWNERS[min(int(random.expovariate(0.9)), len(OWNERS) - 1)]}/{name}")
    return made


def _row(place: int, slug: str, random: Random) -> Row:
    digest = sha1(slug.encode()).hexdigest()
    pushed = BEGAN - timedelta(hours=random.expovariate(1 / 2600))
    languages = random.choice(
        (("Python",), ("Python", "Jupyter Notebook"), ("Python", "C++", "Cuda"), ("Python", "Shell"))
    )
    repository = Repository(
        f"R_{digest[:16]}", slug, place + 1, "main", digest, digest[::-1], _iso(pushed), random.randrange(40, 900_000),
        languages, (random.choice(TOPICS), "pytorch"), private=random.random() < 0.7,
    )  # fmt: skip
    luck = random.random()
    if luck < 0.30:
        return Row(
            repository, Progress.SKIPPED, SKIPPED[min(int(random.expovariate(0.8)), len(SKIPPED) - 1)], place % 20 + 1
        )
    if luck < 0.306:
        return Row(repository, Progress.FAILED, random.choice(FAILED), place % 20 + 1, attempts=3)
    fresh = random.random() < 0.03
    scanned = (
        BEGAN + timedelta(seconds=random.randrange(3_000)) if fresh else BEGAN - timedelta(days=random.randrange(1, 45))
    )
    report = _report(random)
    scan = Scan(
        Basis(repository.tree, "0.1.0+5f0c", ""),
        digest,
        _iso(scanned),
        report,
        random.uniform(0.1, 9),
        random.randrange(9_000_000),
    )
    row = Row(repository, Progress.SCANNED if fresh else Progress.UNCHANGED, shard=place % 20 + 1, scan=scan)
    publication = _publication(row, random)
    if publication and publication.standing is Standing.MERGED:
        report["findings"] = [each for each in report["findings"] if not each["fix"] or each["fix"]["tier"] != "safe"]
    return Row(repository, row.progress, "", row.shard, 1, scan, publication)


def _report(random: Random) -> dict[str, Any]:
    count = (
        0
        if random.random() < 0.66
        else min(int(2 * random.paretovariate(1.0)) + random.randrange(4), random.randrange(260, 620))
    )
    findings = sorted((_finding(random) for _ in range(count)), key=lambda each: (each["path"], each["line"]))
    unreadable = [
        {"path": "legacy/py2.py", "reason": "not Python 3: Missing parentheses in call to 'print' in line 14"}
    ]
    return {
        "schema_version": 1,
        "tool": {"name": "loadguard", "version": "0.1.0"},
        "root": ".",
        "files_scanned": random.randrange(3, 900),
        "findings": findings,
        "unreadable": unreadable if random.random() < 0.02 else [],
        "suppressed": 0,
        "notices": [],
        "checkpoints": [],
        "summary": {},
    }


def _finding(random: Random) -> dict[str, Any]:
    rule, severity, before, after, tier, message, reason, (kind, words), advice, _ = random.choices(KINDS, WEIGHTS)[0]
    names = {"v": random.choice(VALUES), "n": random.choice(NAMES)}
    indent = "" if rule == "LG006" else " " * random.choice((4, 8))
    line, number = indent + before.format(**names), random.randrange(3, 700)
    path = "pyproject.toml" if rule == "LG006" else random.choice(FOLDERS) + random.choice(FILES) + ".py"
    made: dict[str, Any] = {
        "rule": rule, "severity": severity, "path": path, "cell": None, "line": number, "column": len(indent) + 1,
        "end_line": number, "end_column": len(line) + 1, "qualname": random.choice(("", "main", "Trainer.resume", "load_model")),
        "source": line.strip(), "weights_only": "absent", "use": "state", "message": message, "advice": advice, "fix": None,
        "evidence": [{"kind": kind, "path": path, "line": number + random.choice((0, 0, 7)), "detail": words}],
        "mmap": {"decision": "skip", "reason": "the file's format is not known"},
        "fingerprint": f"{random.getrandbits(64):016x}", "new": True, "lines": [line],
    }  # fmt: skip
    if after:
        made["fix"] = {
            "tier": tier,
            "adds": ["weights_only=True"],
            "edits": [{"start": 1, "end": 1, "text": "x"}],
            "reason": reason,
        }
        made["change"] = {"line": number, "removed": [line], "added": [indent + after.format(**names)]}
    return made


def _publication(row: Row, random: Random) -> Publication | None:
    if not any(each["fix"] and each["fix"]["tier"] == "safe" for each in _findings(row)):
        return None
    luck, slug = random.random(), row.repository.slug
    number = random.randrange(2, 4_000)
    seen = _iso(BEGAN)
    if luck < 0.35:
        return Publication(
            row.repository.id, Standing.NONE, reason="not opted in: the topic `loadguard` is missing", seen_at=seen
        )
    standing = Standing.OPEN if luck < 0.66 else Standing.MERGED if luck < 0.95 else Standing.CLOSED
    opened = _iso(BEGAN - timedelta(days=random.randrange(1, 44)))
    url = f"https://github.com/{slug}/pull/{number}"
    return Publication(row.repository.id, standing, url, number, opened, seen, random.random() < 0.04)


def _findings(row: Row) -> list[dict[str, Any]]:
    found = row.scan.report["findings"] if row.scan else []
    assert isinstance(found, list)
    return found


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


EVIL = (
    "</script><img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
    "<!--<script>\u2028\u2029\u202egnp.\u2066\x00\x1b[31m\udcff'\"`${document.title='pwned'}]]>&lt;b&gt; @octocat #1 | =1+1"
)
"""Everything at once that means something in a page, a script, a table or a terminal."""


def hostile_rows() -> tuple[Row, ...]:
    """Rows as a damaged or forged state file might hold them."""
    finding: dict[str, Any] = {
        "rule": EVIL, "severity": EVIL, "path": "../../" + EVIL, "cell": "3", "line": -4, "column": 1e99, "message": EVIL,
        "source": EVIL, "qualname": EVIL, "advice": EVIL + "\n" + EVIL, "lines": [EVIL, None, 3], "fingerprint": EVIL,
        "fix": {"tier": EVIL, "adds": EVIL, "reason": EVIL}, "evidence": [{"kind": EVIL, "path": EVIL, "line": "x", "detail": EVIL}, 7],
        "change": {"line": EVIL, "removed": [EVIL], "added": EVIL},
    }  # fmt: skip
    plausible = {**finding, "rule": "LG001", "severity": "error", "path": f"src/{EVIL}/a.py", "line": 3, "cell": None}
    plausible |= {"fix": {"tier": "safe", "adds": ["weights_only=True"], "edits": [], "reason": EVIL}}
    plausible |= {"change": {"line": 3, "removed": [EVIL], "added": [EVIL]}}
    report = {
        "findings": [finding, plausible, None, "x", []],
        "unreadable": [{"path": EVIL, "reason": EVIL}, None],
        "summary": EVIL,
    }
    scan = Scan(Basis("", "", ""), "javascript:alert(1)", EVIL, report)
    bad = Publication("R_1", Standing.OPEN, url="javascript:document.title='pwned'", number=7, reason=EVIL)
    worse = Publication("R_2", Standing.CLOSED, url=f"https://evil.example/{EVIL}", number=-1, seen_at=EVIL)
    good = Scan(Basis("", "", ""), "a" * 40, "2026-11-24T01:17:00Z", report)
    return (
        Row(Repository("R_1", "acme/../../x", languages=(EVIL,), topics=(EVIL,), pushed_at=EVIL), Progress.SCANNED, EVIL, 1, 1, scan, bad),
        Row(Repository("R_2", f"{EVIL}/{EVIL}"), Progress.FAILED, EVIL, 1, 1, good, worse),
        Row(Repository("R_3", "acme/plain"), Progress.SCANNED, "", 1, 1, good, bad),
        Row(Repository("R_4", "javascript:alert(1)//"), Progress.SCANNED, EVIL, 1, 1, Scan(Basis("", "", ""), "", "", {"findings": EVIL})),
    )  # fmt: skip


if __name__ == "__main__":
    made = write_state(Path(sys.argv[1]) / "state.sqlite", int((sys.argv[2:] or ["10000"])[0]))
    sys.stdout.write(f"{made}: {made.stat().st_size / 1e6:.1f} MB\n")
