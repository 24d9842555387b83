// One repository opened: its findings with line, fix, evidence and advice.
const LEVEL_WORDS = { safe: "Proved fix", review: "Likely fix, to be read" };

const codeOf = (finding) => {
  const removed = TEXTS[FINDINGS.removed[finding]];
  const added = TEXTS[FINDINGS.added[finding]];
  if (removed || added) {
    const block = make("pre", { class: "diff" });
    for (const each of removed.split("\n")) block.append(make("del", null, `- ${each}`));
    for (const each of added.split("\n")) block.append(make("ins", null, `+ ${each}`));
    return block;
  }
  const lines = TEXTS[FINDINGS.code[finding]];
  return lines ? make("pre", null, lines) : null;
};

const fixOf = (finding) => {
  const tier = DATA.tier[FINDINGS.tier[finding]];
  if (!tier) return null;
  const reason = TEXTS[FINDINGS.reason[finding]];
  const bare = !FINDINGS.removed[finding] && !FINDINGS.added[finding];
  const adds = bare && FINDINGS.adds[finding] ? make("span", null, " adds ", make("code", null, TEXTS[FINDINGS.adds[finding]])) : null;
  return make("p", null, make("span", { class: `pill ${tier}` }, LEVEL_WORDS[tier]), adds, reason ? ` ${reason}` : "");
};

const evidenceOf = (finding) => {
  const text = TEXTS[FINDINGS.evidence[finding]];
  if (!text) return null;
  const items = text.split("\n").map((each) => {
    const [kind, words] = each.split("\t");
    return make("li", null, make("b", null, kind), ` ${words}`);
  });
  return make("ul", null, ...items);
};

const placeOf = (finding) => {
  const cell = FINDINGS.cell[finding] < 0 ? "" : `:cell ${FINDINGS.cell[finding] + 1}`;
  const line = FINDINGS.line[finding] ? `:${FINDINGS.line[finding]}` : "";
  return `${TEXTS[FINDINGS.path[finding]]}${cell}${line}`;
};

const whyOf = (code) => {
  if (!Object.hasOwn(DATA.rules, code)) return null;
  const rule = DATA.rules[code];
  return make("details", { class: "why" }, make("summary", null, `Why ${code} ${rule.name}`), make("pre", { class: "prose" }, rule.text));
};

const article = (repository, finding) => {
  const level = LEVELS[FINDINGS.severity[finding]];
  const code = TEXTS[FINDINGS.rule[finding]];
  const advice = TEXTS[FINDINGS.advice[finding]];
  return make("article", { class: level },
    make("h4", null, link(blob(repository, finding), placeOf(finding), { class: "place" }),
      make("span", { class: `pill ${level}` }, `${code} ${level}`)),
    make("p", null, TEXTS[FINDINGS.message[finding]]),
    fixOf(finding),
    codeOf(finding),
    evidenceOf(finding),
    advice ? make(advice.includes("\n") ? "pre" : "p", { class: "advice" }, advice) : null,
    whyOf(code));
};

const factsOf = (repository) => {
  const row = REPOSITORIES;
  const commit = TEXTS[row.commit[repository]];
  const list = make("dl", { class: "facts" });
  const say = (name, ...values) => list.append(make("div", null, make("dt", null, name), make("dd", null, ...values)));
  if (home(repository)) say("Repository", link(home(repository), slugOf(repository)), row.private[repository] ? " (private)" : "");
  if (pullAddress(repository)) {
    const words = `#${row.pull[repository]} ${DATA.standing[row.standing[repository]]}`;
    say("Our pull request", link(pullAddress(repository), words), row.red[repository] ? " (its checks failed)" : "");
  } else if (row.why[repository]) say("No pull request", TEXTS[row.why[repository]]);
  if (commit) say("Scanned", link(home(repository) && `${home(repository)}/tree/${commit}`, commit.slice(0, 10)), ` ${moment(TEXTS[row.scanned[repository]])}`);
  if (row.reason[repository]) say(DATA.progress[row.progress[repository]], TEXTS[row.reason[repository]]);
  if (row.languages[repository].length) say("Languages", row.languages[repository].map((each) => TEXTS[each]).join(", "));
  if (row.topics[repository].length) say("Topics", row.topics[repository].map((each) => TEXTS[each]).join(", "));
  return list;
};

const unreadableOf = (repository) => {
  const files = REPOSITORIES.unreadable[repository];
  if (!files.length) return null;
  const items = files.map(([path, reason]) => make("li", null, make("code", null, TEXTS[path]), ` ${TEXTS[reason]}`));
  return make("div", { class: "unread" }, make("h4", null, `${counted(files.length, "file")} could not be read`), make("ul", null, ...items));
};

// `found` is what the filters leave of the findings, null for all of them; `whole` shows them without asking.
const detail = (repository, found, whole) => {
  const all = found || Array.from({ length: REPOSITORIES.carried[repository] }, (_, each) => STARTS[repository] + each);
  const shown = whole ? all : all.slice(0, HIDDEN_LIMIT);
  const box = make("div", { class: "detail" }, factsOf(repository), unreadableOf(repository),
    ...shown.map((each) => article(repository, each)));
  const left = all.slice(shown.length);
  if (left.length) {
    const more = make("button", { type: "button", class: "more" }, `Show ${counted(left.length, "more finding")}`);
    more.addEventListener("click", () => {
      const rest = left.map((each) => article(repository, each));
      more.replaceWith(...rest);
      rest[0].querySelector("a, summary")?.focus();
    });
    box.append(more);
  }
  const missing = found ? 0 : REPOSITORIES.total[repository] - REPOSITORIES.carried[repository];
  if (missing) box.append(make("p", { class: "soft" }, `${counted(missing, "more finding")} in findings.csv, which this page has no room for.`));
  if (!all.length && !missing) box.append(make("p", { class: "soft" }, "No findings."));
  return box;
};
