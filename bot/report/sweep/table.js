// The table of repositories: a page of it at a time, any row opened to its findings.
const body = document.querySelector("#table tbody");
const heads = [...document.querySelectorAll("#table th")];
const view = { rows: [], sort: "error", down: true, page: 0, size: 50, open: new Set() };
const COLUMNS = heads.length;
const MOST_PRINTED = 500;

const numberCell = (value, kind) => make("td", { class: `number${value ? ` ${kind || ""}` : " zero"}` }, number(value));

const pullCell = (repository) => {
  const standing = DATA.standing[REPOSITORIES.standing[repository]];
  if (standing === "none") return make("td", { class: "soft" }, REPOSITORIES.why[repository] ? "none" : "");
  const red = REPOSITORIES.red[repository] ? make("span", { class: "pill error" }, "red") : null;
  const words = `#${REPOSITORIES.pull[repository]} ${standing}`;
  return make("td", null, link(pullAddress(repository), words, { class: `pill ${standing}` }), red);
};

const dayCell = (iso) => make("td", { class: "day", title: moment(iso) }, day(iso));

const nameCell = (repository, opened) => {
  const toggle = make("button", {
    type: "button", class: "toggle", "aria-expanded": String(opened), "aria-controls": `detail-${repository}`,
  }, slugOf(repository));
  const reason = TEXTS[REPOSITORIES.reason[repository]];
  return make("th", { scope: "row" }, toggle,
    REPOSITORIES.unreadable[repository].length ? make("span", { class: "pill warning" }, `${REPOSITORIES.unreadable[repository].length} unread`) : null,
    reason ? make("span", { class: "reason" }, reason) : null);
};

const rowOf = (row) => {
  const { repository } = row;
  const progress = DATA.progress[REPOSITORIES.progress[repository]];
  const made = make("tr", { class: "repository", "data-repository": String(repository) },
    nameCell(repository, view.open.has(repository)),
    numberCell(row.total), numberCell(row.error, "error"), numberCell(row.warning, "warning"), numberCell(row.note),
    numberCell(row.safe, "safe"), numberCell(row.review),
    pullCell(repository),
    make("td", null, make("span", { class: `pill ${progress}` }, progress)),
    dayCell(TEXTS[REPOSITORIES.scanned[repository]]), dayCell(TEXTS[REPOSITORIES.pushed[repository]]));
  return made;
};

const detailRow = (row, whole) => make("tr", { class: "opened", id: `detail-${row.repository}` },
  make("td", { colspan: String(COLUMNS) }, detail(row.repository, row.found, whole)));

const draw = (rows, whole) => {
  const made = document.createDocumentFragment();
  for (const row of rows) {
    made.append(rowOf(row));
    if (view.open.has(row.repository) || whole) made.append(detailRow(row, whole));
  }
  if (!rows.length) made.append(make("tr", { class: "nothing" }, make("td", { colspan: String(COLUMNS) }, "Nothing fits these filters.")));
  body.replaceChildren(made);
};

const drawPage = () => {
  const pages = Math.max(1, Math.ceil(view.rows.length / view.size));
  view.page = Math.min(Math.max(view.page, 0), pages - 1);
  draw(view.rows.slice(view.page * view.size, (view.page + 1) * view.size), false);
  document.getElementById("page").textContent = `Page ${number(view.page + 1)} of ${number(pages)}`;
  document.getElementById("before").disabled = view.page === 0;
  document.getElementById("after").disabled = view.page === pages - 1;
  for (const head of heads) {
    const mine = head.querySelector("button").dataset.sort === view.sort;
    head.setAttribute("aria-sort", mine ? (view.down ? "descending" : "ascending") : "none");
  }
};

// On paper there is no paging: every row that is left, and the findings where they are not a book.
const drawAll = () => {
  const findings = view.rows.reduce((sum, row) => sum + row.total, 0);
  draw(view.rows, findings <= MOST_PRINTED);
};

const toggle = (repository) => {
  if (!view.open.delete(repository)) view.open.add(repository);
  const line = body.querySelector(`tr[data-repository="${repository}"]`);
  const opened = view.open.has(repository);
  line.querySelector(".toggle").setAttribute("aria-expanded", String(opened));
  document.getElementById(`detail-${repository}`)?.remove();
  if (opened) line.after(detailRow(view.rows.find((row) => row.repository === repository), false));
};
