// What a person does: filters, sorting, paging, keys, printing; the address keeps what is chosen.
const form = document.getElementById("filters");
const all = (selector) => [...document.querySelectorAll(selector)];

const chosenNow = () => {
  const chosen = {};
  for (const name of FILTERS) {
    const value = form.elements[name] ? form.elements[name].value.trim() : "";
    if (value) chosen[name] = value;
  }
  return chosen;
};

const remember = () => {
  const query = new URLSearchParams(chosenNow());
  if (view.sort !== "error" || !view.down) query.set("sort", `${view.down ? "-" : ""}${view.sort}`);
  if (view.page) query.set("page", String(view.page + 1));
  if (view.size !== 50) query.set("rows", String(view.size));
  for (const each of [...view.open].slice(0, 5)) query.append("open", slugOf(each));
  const address = query.size ? `#${query}` : `${location.pathname}${location.search}`;
  history.replaceState(null, "", address);
};

const select = () => {
  view.rows = sorted(choose(chosenNow()), view.sort, view.down);
  const findings = view.rows.reduce((sum, row) => sum + row.total, 0);
  document.getElementById("count").textContent =
    `${number(view.rows.length)} of ${counted(COUNT, "repository", "repositories")}, ${counted(findings, "finding")}`;
  // paper has no fields to read the filters from
  const told = Object.entries(chosenNow()).map(([name, value]) => `${name === "q" ? "search" : name} “${value}”`);
  document.getElementById("chosen").textContent = told.length ? `Only: ${told.join(", ")}` : "";
};

const refresh = () => {
  select();
  drawPage();
  remember();
};

// The address may have been typed or forged: only names and values that there are count.
const recall = () => {
  const query = new URLSearchParams(location.hash.slice(1));
  for (const name of FILTERS) if (form.elements[name]) {
    const field = form.elements[name];
    field.value = query.get(name) || "";
    if (field.value !== (query.get(name) || "")) field.value = "";
  }
  const sort = query.get("sort") || "-error";
  const key = sort.replace(/^-/, "");
  if (heads.some((head) => head.querySelector("button").dataset.sort === key)) {
    view.sort = key;
    view.down = sort.startsWith("-");
  }
  view.size = [50, 100, 250].find((each) => String(each) === query.get("rows")) || 50;
  document.getElementById("size").value = String(view.size);
  view.open = new Set(query.getAll("open").map((slug) => places.get(slug)).filter((each) => each !== undefined));
  select();
  view.page = (Number.parseInt(query.get("page"), 10) || 1) - 1;
  drawPage();
};

const toPage = (page) => {
  view.page = page;
  drawPage();
  remember();
  document.getElementById("repositories").scrollIntoView();
};

let waiting = 0;
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { view.page = 0; refresh(); }, 60);
});
form.addEventListener("reset", () => setTimeout(() => { view.page = 0; refresh(); }));
form.addEventListener("submit", (event) => event.preventDefault());

for (const head of heads) head.querySelector("button").addEventListener("click", (event) => {
  const key = event.currentTarget.dataset.sort;
  view.down = key === view.sort ? !view.down : DOWN_FIRST.has(key);
  view.sort = key;
  view.page = 0;
  refresh();
});

body.addEventListener("click", (event) => {
  const line = event.target.closest("tr.repository");
  const marking = event.detail && String(getSelection()) && !event.target.closest(".toggle");
  if (!line || marking || event.target.closest("a")) return;
  toggle(Number(line.dataset.repository));
  remember();
});

body.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.classList.contains("toggle")) return;
  const toggles = all("#table .toggle");
  toggles[toggles.indexOf(event.target) + step]?.focus();
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select, textarea")) {
    event.preventDefault();
    form.elements.q.focus();
  }
});

// A bar's link chooses what it shows; a link of the page's own menu leaves the filters alone.
addEventListener("hashchange", () => { if (location.hash.includes("=")) recall(); else remember(); });
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("a[href^='#']");
  if (chosen && chosen.hash.includes("=")) document.getElementById("repositories").scrollIntoView();
});

document.getElementById("before").addEventListener("click", () => toPage(view.page - 1));
document.getElementById("after").addEventListener("click", () => toPage(view.page + 1));
document.getElementById("size").addEventListener("change", (event) => {
  view.size = Number(event.target.value);
  toPage(0);
});

const theme = document.getElementById("theme");
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

addEventListener("beforeprint", drawAll);
addEventListener("afterprint", drawPage);

// The trend answers the pointer and the arrow keys with the words of the nearest point.
const trend = document.getElementById("trend");
if (trend) {
  const now = document.getElementById("trend-now");
  const mark = document.getElementById("trend-mark");
  const dots = [...trend.querySelectorAll(".findings circle")];
  let at = dots.length - 1;
  const show = (index) => {
    at = Math.min(Math.max(index, 0), dots.length - 1);
    now.textContent = dots[at].textContent;
    for (const name of ["x1", "x2"]) mark.setAttribute(name, dots[at].getAttribute("cx"));
    mark.setAttribute("visibility", "visible");
  };
  trend.addEventListener("pointermove", (event) => {
    const frame = trend.getBoundingClientRect();
    const x = (event.clientX - frame.left) * trend.viewBox.baseVal.width / frame.width;
    const first = Number(dots[0].getAttribute("cx"));
    const last = Number(dots[dots.length - 1].getAttribute("cx"));
    show(Math.round((x - first) / (last - first) * (dots.length - 1)));
  });
  trend.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { show(at + step); event.preventDefault(); }
  });
}

for (const each of [theme, form, document.getElementById("scroll"), document.getElementById("pager")]) each.hidden = false;
const carried = STARTS[COUNT];
const found = REPOSITORIES.total.reduce((sum, each) => sum + each, 0);
if (carried < found) {
  const cut = document.getElementById("cut");
  cut.textContent = `The lines of ${number(carried)} of ${number(found)} findings are on this page, those of the repositories most at risk first; findings.csv has all.`;
  cut.hidden = false;
}
recall();
