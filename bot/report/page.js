"use strict";
(() => {
  const form = document.querySelector("form");
  const articles = [...document.querySelectorAll("article")];
  const texts = articles.map((each) => each.textContent.toLowerCase());
  const count = document.getElementById("count");
  const apply = () => {
    const words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    articles.forEach((each, index) => {
      const data = each.dataset;
      const fits = words.every((word) => texts[index].includes(word))
        && (!form.severity.value || data.severity === form.severity.value)
        && (!form.rule.value || data.rule === form.rule.value)
        && (!form.fix.value || data.fix === form.fix.value)
        && (!form.fresh.checked || data.new === "yes");
      each.hidden = !fits;
      shown += fits;
    });
    count.textContent = `${shown} of ${articles.length} shown`;
    const query = new URLSearchParams(new FormData(form));
    [...query].forEach(([name, value]) => { if (!value) query.delete(name); });
    history.replaceState(null, "", query.size ? `#${query}` : location.pathname + location.search);
  };
  if (form) {
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      const field = form.elements[name];
      if (field && field.type === "checkbox") field.checked = true; else if (field) field.value = value;
    }
    form.addEventListener("input", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && event.target === document.body) { event.preventDefault(); form.search.focus(); }
    });
    apply();
  }
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
})();
