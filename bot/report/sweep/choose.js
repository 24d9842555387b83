// Which repositories and findings the filters leave, and in which order.
const FILTERS = ["q", "rule", "severity", "fix", "progress", "pull", "language", "owner", "topic", "unread"];
const FIXES = { safe: "safe", review: "review", none: "" };
const lowered = TEXTS.map((each) => each.toLowerCase());

// For one word, every text that holds it: asked once for a text, not once for a finding.
const holding = (word) => {
  const held = new Uint8Array(lowered.length);
  for (let each = 0; each < lowered.length; each += 1) if (lowered[each].includes(word)) held[each] = 1;
  return held;
};

const fitsRepository = (repository, chosen) => {
  const row = REPOSITORIES;
  return (!chosen.progress || DATA.progress[row.progress[repository]] === chosen.progress)
    && (!chosen.pull || DATA.standing[row.standing[repository]] === chosen.pull)
    && (!chosen.language || row.languages[repository].some((each) => TEXTS[each] === chosen.language))
    && (!chosen.owner || TEXTS[row.owner[repository]] === chosen.owner)
    && (!chosen.topic || row.topics[repository].some((each) => TEXTS[each] === chosen.topic))
    && (!chosen.unread || row.unreadable[repository].length > 0);
};

const inRepository = (held, repository) =>
  held[REPOSITORIES.slug[repository]] || held[REPOSITORIES.reason[repository]] || held[REPOSITORIES.why[repository]]
  || REPOSITORIES.unreadable[repository].some(([path, reason]) => held[path] || held[reason]);

const inFinding = (held, finding) =>
  held[FINDINGS.path[finding]] || held[FINDINGS.code[finding]] || held[FINDINGS.message[finding]]
  || held[FINDINGS.rule[finding]] || held[FINDINGS.added[finding]];

const fitsFinding = (finding, chosen) =>
  (!chosen.rule || TEXTS[FINDINGS.rule[finding]] === chosen.rule)
  && (!chosen.severity || LEVELS[FINDINGS.severity[finding]] === chosen.severity)
  && (!chosen.fix || DATA.tier[FINDINGS.tier[finding]] === FIXES[chosen.fix]);

// One repository's findings that the filters leave; null where the repository itself is left out.
const leftIn = (repository, chosen, words, narrowed) => {
  if (!fitsRepository(repository, chosen)) return null;
  const open = words.filter((held) => !inRepository(held, repository));
  if (!narrowed && !open.length) return { whole: true };
  const found = [];
  for (let each = STARTS[repository]; each < STARTS[repository + 1]; each += 1) {
    if (fitsFinding(each, chosen) && open.every((held) => inFinding(held, each))) found.push(each);
  }
  return found.length ? { whole: false, found } : null;
};

const tally = (repository, left) => {
  const row = REPOSITORIES;
  const sums = { repository, total: row.total[repository], found: left.found || null };
  if (left.whole) {
    for (const name of ["error", "warning", "note", "safe", "review"]) sums[name] = row[name][repository];
    return sums;
  }
  Object.assign(sums, { total: left.found.length, error: 0, warning: 0, note: 0, safe: 0, review: 0 });
  for (const each of left.found) {
    sums[LEVELS[FINDINGS.severity[each]]] += 1;
    if (FINDINGS.tier[each]) sums[DATA.tier[FINDINGS.tier[each]]] += 1;
  }
  return sums;
};

const choose = (chosen) => {
  const words = (chosen.q || "").toLowerCase().split(/\s+/).filter(Boolean).map(holding);
  const narrowed = Boolean(chosen.rule || chosen.severity || chosen.fix);
  const rows = [];
  for (let repository = 0; repository < COUNT; repository += 1) {
    const left = leftIn(repository, chosen, words, narrowed);
    if (left) rows.push(tally(repository, left));
  }
  return rows;
};

// What a column sorts by. Pull requests: open, closed, merged, none; then by number.
const PULL_ORDER = { open: 0, closed: 1, merged: 2, none: 3 };
const KEYS = {
  slug: (row) => lowered[REPOSITORIES.slug[row.repository]],
  pull: (row) => PULL_ORDER[DATA.standing[REPOSITORIES.standing[row.repository]]] * 1e9 + REPOSITORIES.pull[row.repository],
  progress: (row) => DATA.progress[REPOSITORIES.progress[row.repository]],
  scanned: (row) => TEXTS[REPOSITORIES.scanned[row.repository]],
  pushed: (row) => TEXTS[REPOSITORIES.pushed[row.repository]],
};
const DOWN_FIRST = new Set(["total", "error", "warning", "note", "safe", "review", "scanned", "pushed"]);

// Equals keep the order they come in, which is the worst first.
const sorted = (rows, key, down) => {
  const value = KEYS[key] || ((row) => row[key]);
  const valued = rows.map((row) => [value(row), row]);
  const way = down ? -1 : 1;
  valued.sort(([one], [other]) => (one < other ? -way : one > other ? way : 0));
  return valued.map(([, row]) => row);
};
