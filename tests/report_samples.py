"""Reports for the reporters' tests: an ordinary one, and one whose every word is hostile."""

from __future__ import annotations

from bot.model import (
    CheckpointReport,
    Edit,
    Evidence,
    EvidenceKind,
    Finding,
    Fix,
    GlobalUse,
    Killed,
    Loaded,
    Mmap,
    MmapDecision,
    NotTried,
    Refused,
    Report,
    Severity,
    Silenced,
    Tier,
    Unreadable,
    Use,
    Verdict,
    WeightsOnly,
)

SOURCE = b'import torch\n\n\ndef read(model):\n    model.load_state_dict(torch.load("w.pt", map_location="cpu"))\n'
CALL = 'torch.load("w.pt", map_location="cpu")'
AT = SOURCE.index(b")", SOURCE.index(b'"cpu"'))

SAFE = Finding(
    rule="LG001",
    severity=Severity.ERROR,
    path="read.py",
    line=5,
    column=27,
    end_line=5,
    end_column=65,
    message="torch.load without weights_only=True runs the code a pickle asks for",
    source=CALL,
    qualname="read",
    weights_only=WeightsOnly.ABSENT,
    use=Use.STATE,
    fix=Fix(Tier.SAFE, ("weights_only=True",), (Edit(AT, AT, ", weights_only=True"),), "goes into load_state_dict"),
    evidence=(
        Evidence(EvidenceKind.USE, "read.py", 5, "goes into load_state_dict"),
        Evidence(EvidenceKind.SAVE, "train.py", 9, "saved as a state dict"),
    ),
    mmap=Mmap(MmapDecision.SKIP, "the file's format is not known"),
    fingerprint="f" * 16,
)
OBJECT = Finding(
    rule="LG002",
    severity=Severity.WARNING,
    path="serve.py",
    line=3,
    column=9,
    end_line=5,
    end_column=2,
    message="weights_only=False runs the code a pickle asks for",
    source="torch.load(\n    p,\n)",
    weights_only=WeightsOnly.FALSE,
    use=Use.OBJECT,
    advice="Save `model.state_dict()` instead, and load that.",
    fingerprint="e" * 16,
    new=False,
)
CELL = Finding("LG001", Severity.ERROR, "a.ipynb", 2, 1, 2, 14, "torch.load", source="torch.load(p)", cell=3)
NOTE = Finding("LG006", Severity.NOTE, "pyproject.toml", 0, 0, 0, 0, "torch>=2.0 admits 2.0", fingerprint="d" * 16)

CHECKPOINTS = (
    CheckpointReport(
        "good.pt",
        "torch-zip",
        2048,
        Verdict.LOADABLE,
        smoke=Loaded(4, 100, (("float32", 4),), 400, 0.25, 90_000_000, walls=("seccomp",)),
        devices=(NotTried("no such device", "cuda"), Refused("no", ("a.B",), "tpu"), Killed("SIGBUS", "xla")),
    ),
    CheckpointReport(
        "bad.pt",
        "torch-zip",
        512,
        Verdict.DANGEROUS,
        globals=(GlobalUse("posix", "system", "executes", "data.pkl", 2, True),),
        smoke=NotTried("not loaded: dangerous"),
    ),
)

ORDINARY = Report(
    ".",
    12,
    (SAFE, OBJECT, CELL, NOTE),
    unreadable=(Unreadable("broken.py", "invalid syntax in line 3"),),
    suppressed=1,
    notices=("serve.py:9: this comment silences nothing",),
    checkpoints=CHECKPOINTS,
    silenced=(Silenced(OBJECT, "inSource", "reviewed"),),
)

EVIL = (
    "::error file=x::pwn\n::set-output name=a::b\r\x1b[31m<script>alert(1)</script>`` @octocat #1 | x "
    "<!-- loadguard:summary --> \u202egnp.\u2066 https://evil.example \udcff ]]> ${{ secrets.X }} %0A ,: &amp; \x00"
)
"""Everything at once that means something somewhere."""

HOSTILE = Report(
    EVIL,
    1,
    tuple(
        Finding(
            "LG001",
            severity,
            EVIL + "/a.py",
            1,
            1,
            1,
            5,
            EVIL,
            source=EVIL,
            qualname=EVIL,
            fix=Fix(Tier.REVIEW, ("weights_only=True",), (Edit(0, 0, "x"),), EVIL),
            evidence=(Evidence(EvidenceKind.USE, EVIL, 3, EVIL),),
            mmap=Mmap(MmapDecision.SKIP, EVIL),
            advice=EVIL,
            fingerprint="c" * 16,
        )
        for severity in Severity
    ),
    unreadable=(Unreadable(EVIL, EVIL),),
    notices=(EVIL,),
    checkpoints=(CheckpointReport(EVIL, EVIL, 1, Verdict.DANGEROUS, smoke=Refused(EVIL, (EVIL,))),),
    silenced=(Silenced(SAFE, "external", EVIL),),
)


def read(path: str) -> bytes | None:
    """The files the ordinary report speaks of."""
    return {"read.py": SOURCE, "serve.py": b"import torch\np = 1\nmodel = torch.load(\n    p,\n)\n"}.get(path)


def read_hostile(path: str) -> bytes | None:
    """Hostile bytes for whatever is asked."""
    return EVIL.encode("utf-8", "surrogatepass") + b"\n"
