// What the page was given, and the few ways to put it on the page. Texts become text nodes, never markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const TEXTS = DATA.texts;
const REPOSITORIES = DATA.repositories;
const FINDINGS = DATA.findings;
const COUNT = REPOSITORIES.slug.length;
const LEVELS = DATA.severity;
const HIDDEN_LIMIT = 25;

// Where each repository's findings begin; they stand in the repositories' order.
const STARTS = new Int32Array(COUNT + 1);
for (let each = 0; each < COUNT; each += 1) STARTS[each + 1] = STARTS[each] + REPOSITORIES.carried[each];

const slugOf = (repository) => TEXTS[REPOSITORIES.slug[repository]];
const places = new Map();
for (let each = COUNT - 1; each >= 0; each -= 1) places.set(slugOf(each), each);

const number = (value) => value.toLocaleString("en-US");
const counted = (value, noun, many) => `${number(value)} ${value === 1 ? noun : many || `${noun}s`}`;
const day = (iso) => iso.slice(0, 10);
const moment = (iso) => (iso.endsWith("Z") ? `${day(iso)} ${iso.slice(11, 16)} UTC` : iso);

const make = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== "" && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
};

// Only ever to the forge this page was made for.
const link = (address, shown, attributes) =>
  (DATA.web && address.startsWith(`${DATA.web}/`)
    ? make("a", { href: address, rel: "noreferrer", ...attributes }, shown)
    : make("span", attributes, shown));

const home = (repository) => (REPOSITORIES.linked[repository] ? `${DATA.web}/${slugOf(repository)}` : "");
const pullAddress = (repository) =>
  (home(repository) && REPOSITORIES.pull[repository] ? `${home(repository)}/pull/${REPOSITORIES.pull[repository]}` : "");

const blob = (repository, finding) => {
  const commit = TEXTS[REPOSITORIES.commit[repository]];
  const path = Object.hasOwn(FINDINGS.links, finding)
    ? FINDINGS.links[finding]
    : TEXTS[FINDINGS.path[finding]].split("/").map(encodeURIComponent).join("/");
  if (!home(repository) || !commit || !path) return "";
  const line = FINDINGS.line[finding] && FINDINGS.cell[finding] < 0 ? `#L${FINDINGS.line[finding]}` : "";
  return `${home(repository)}/blob/${commit}/${path}${line}`;
};
