# The action's image. Slowest-changing layer first: git, then the locked dependencies, then our code, so that a
# change of code re-installs nothing. The digest is python:3.11.16-slim-bookworm's index (amd64 and arm64).
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
FROM ${PYTHON_IMAGE}

RUN command -v git >/dev/null || { \
        apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*; }

RUN python3 -m venv /opt/loadguard

# Sandboxed loads need torch; scanning never does, so it is left out unless asked for:
#   docker build --build-arg TORCH=torch==2.13.0 --build-arg TORCH_INDEX=<address of a CPU-only index> .
ARG TORCH=
ARG TORCH_INDEX=
RUN [ -z "$TORCH" ] || /opt/loadguard/bin/pip install --no-cache-dir --disable-pip-version-check \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} "$TORCH" "numpy>=1.26" "safetensors>=0.5"

COPY requirements.lock /opt/loadguard/
RUN /opt/loadguard/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r /opt/loadguard/requirements.lock

# `-I` keeps the scanned repository (the working directory) and $HOME off sys.path: nothing of theirs is ever imported.
RUN printf '%s\n' /opt/loadguard/src > "$(/opt/loadguard/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/loadguard.pth" \
    && printf '%s\n' '#!/opt/loadguard/bin/python -Iu' 'from bot.main import run' 'raise SystemExit(run())' > /usr/local/bin/loadguard \
    && chmod 0755 /usr/local/bin/loadguard

COPY bot /opt/loadguard/src/bot
RUN /opt/loadguard/bin/python -m compileall -q /opt/loadguard/src

# Root, because the runner's output and summary files belong to root; the child that opens a checkpoint drops to nobody.
ENTRYPOINT ["/usr/local/bin/loadguard"]
CMD ["action"]
