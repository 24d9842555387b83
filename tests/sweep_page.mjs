// Opens a sweep's page in headless Chromium, does what a person does, and prints what was seen as one JSON object.
//
//     node sweep_page.mjs PLAYWRIGHT CHROMIUM SCENARIO PAGE [FOLDER]
//
// The judging is done in tests/test_sweep_page.py; FOLDER gets screenshots and a PDF.
import { pathToFileURL } from "node:url";

const [playwright, executablePath, scenario, file, folder] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(playwright).href);
const address = pathToFileURL(file).href;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const seen = { console: [], requests: [], dialogs: [] };

const open = async (options = {}, hash = "") => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, ...options });
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.goto(address + hash);
  return page;
};

const count = (page) => page.locator("#count").textContent();
const settled = async (page, act) => {
  const before = await count(page);
  await act();
  await page.waitForFunction((old) => document.getElementById("count").textContent !== old, before);
  return count(page);
};
const column = (page, number) => page.locator(`#table tr.repository > :nth-child(${number})`).allTextContents();
const sorts = (page) => page.locator("#table thead th").evaluateAll((all) => all.map((each) => each.getAttribute("aria-sort")));

const scenarios = {
  async paint() {
    seen.paints = [];
    for (let run = 0; run < 3; run += 1) {
      const page = await open();
      await page.waitForSelector("#table tr.repository");
      seen.paints.push(await page.evaluate(() => ({
        first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
        ready: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
      })));
      await page.close();
    }
  },

  async use() {
    const page = await open();
    seen.start = await count(page);
    seen.rows = await page.locator("#table tr.repository").count();
    seen.defaultSort = await sorts(page);
    seen.errors = await column(page, 3);

    await page.locator("[data-sort=slug]").click();
    seen.bySlug = await column(page, 1);
    await page.locator("[data-sort=slug]").click();
    seen.bySlugDown = await column(page, 1);
    seen.slugSort = await sorts(page);
    await page.locator("[data-sort=total]").click();
    seen.byTotal = await column(page, 2);

    seen.rule = await settled(page, () => page.selectOption("select[name=rule]", "LG004"));
    seen.ruleHash = await page.evaluate(() => location.hash);
    seen.owner = await settled(page, () => page.selectOption("select[name=owner]", "aurora-medical"));
    const shared = await page.evaluate(() => location.hash);
    const friend = await open({}, shared);
    seen.friend = await count(friend);
    seen.friendRows = await column(friend, 1);
    seen.mineRows = await column(page, 1);
    await friend.close();

    const first = page.locator("#table tr.repository").first();
    seen.openedName = await first.locator(".toggle").textContent();
    await first.click();
    seen.expanded = await first.locator(".toggle").getAttribute("aria-expanded");
    seen.opened = await page.locator("tr.opened article h4 .pill").allTextContents();
    seen.openedCount = Number((await first.locator("td").first().textContent()).replace(",", ""));
    seen.openedMore = await page.locator("tr.opened .more").count();
    seen.place = await page.locator("tr.opened article a.place").first().getAttribute("href");
    seen.openHash = await page.evaluate(() => location.hash);
    await page.locator("tr.opened summary").first().click();
    seen.why = await page.locator("tr.opened .why pre").first().textContent();
    await first.locator(".toggle").click();
    seen.closed = await page.locator("tr.opened").count();

    await settled(page, () => page.locator("#filters button[type=reset]").click());
    seen.cleared = await count(page);
    seen.clearedHash = await page.evaluate(() => location.hash);
    await page.keyboard.press("Escape");
    await page.locator("body").press("/");
    seen.focused = await page.evaluate(() => document.activeElement.name);
    seen.searched = await settled(page, () => page.keyboard.type("climate lab"));
    seen.searchedRows = await column(page, 1);
    seen.nothing = await settled(page, () => page.fill("input[name=q]", "no such thing anywhere"));
    seen.nothingSaid = await page.locator("#table tbody").textContent();
    await page.fill("input[name=q]", "");
    await page.waitForFunction((old) => document.getElementById("count").textContent === old, seen.cleared);
    seen.code = await settled(page, () => page.fill("input[name=q]", "torch.load(cfg.resume).eval"));
    await page.locator("#table .toggle").first().click();
    seen.codeLines = await page.locator("tr.opened article pre:not(.prose)").allTextContents();
    await page.locator("#table .toggle").first().click();

    await page.locator("#filters button[type=reset]").click();
    await page.waitForFunction((old) => document.getElementById("count").textContent === old, seen.cleared);
    seen.failed = await settled(page, () => page.selectOption("select[name=progress]", "failed"));
    seen.failedReasons = await page.locator("#table .reason").allTextContents();
    await settled(page, () => page.locator("#filters button[type=reset]").click());

    await page.locator("[data-sort=error]").click();
    await page.locator("#table .toggle").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    seen.keyed = await page.locator("#table tr.repository").nth(1).locator(".toggle").getAttribute("aria-expanded");
    seen.diff = [await page.locator("tr.opened del").first().textContent(), await page.locator("tr.opened ins").first().textContent()];
    seen.shownFirst = await page.locator("tr.opened article").count();
    await page.locator("tr.opened .more").click();
    seen.shownAll = await page.locator("tr.opened article").count();
    seen.shownTotal = Number((await page.locator("#table tr.repository").nth(1).locator("td").first().textContent()).replace(",", ""));

    await page.locator("#after").click();
    seen.page = await page.locator("#page").textContent();
    await page.selectOption("#size", "250");
    seen.pageOfMany = [await page.locator("#page").textContent(), await page.locator("#table tr.repository").count()];

    await page.locator("#overview a[href='#rule=LG005']").click();
    await page.waitForFunction(() => document.querySelector("select[name=rule]").value === "LG005");
    seen.fromBar = await count(page);

    const trend = await page.locator("#trend").boundingBox();
    seen.trendLast = await page.locator("#trend-now").textContent();
    await page.locator("#trend").hover({ position: { x: trend.width * 0.1, y: 60 } }); // which scrolls to it first
    seen.trendFirst = await page.locator("#trend-now").textContent();
    await page.locator("#trend").press("ArrowRight");
    seen.trendNext = await page.locator("#trend-now").textContent();

    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    seen.grounds = [await ground()];
    await page.locator("#theme").click();
    seen.grounds.push(await ground());
    await page.close();
    const dark = await open({ colorScheme: "dark" });
    seen.grounds.push(await dark.evaluate(() => getComputedStyle(document.body).backgroundColor));
    await dark.close();
  },

  async print() {
    const page = await open({}, "#rule=LG004&owner=aurora-medical");
    seen.left = await count(page);
    await page.evaluate(() => {
      addEventListener("beforeprint", () => {
        window.printed = [document.querySelectorAll("#table tr.repository").length, document.querySelectorAll("article").length];
      });
    });
    await page.pdf({ path: `${folder}/print.pdf`, preferCSSPageSize: true });
    seen.printed = await page.evaluate(() => window.printed);
    seen.after = await page.locator("article").count();
    await page.emulateMedia({ media: "print" });
    const visible = (selector) => page.locator(selector).first().isVisible();
    seen.onPaper = { theme: await visible("#theme"), search: await visible("input[name=q]"), pager: await visible("#pager"), chosen: await page.locator("#chosen").textContent() };
    await page.close();
  },

  async bare() {
    const page = await open({ javaScriptEnabled: false });
    seen.text = await page.locator("body").innerText();
    seen.shown = [];
    for (const each of ["#filters", "#pager", "#theme", "#scroll"]) seen.shown.push(await page.locator(each).isVisible());
    await page.close();
  },

  async hostile() {
    const page = await open();
    seen.rows = await page.locator("#table tr.repository").count();
    for (const each of await page.locator("#table .toggle").all()) await each.click();
    for (const each of await page.locator("summary").all()) await each.click();
    seen.articles = await page.locator("tr.opened article").count();
    await page.fill("input[name=q]", "</script>");
    await page.waitForFunction(() => location.hash.includes("q="));
    seen.found = await count(page);
    seen.elements = await page.evaluate(() => ({
      images: document.images.length,
      scripts: document.scripts.length,
      frames: frames.length,
      handlers: [...document.querySelectorAll("*")].filter((each) => [...each.attributes].some((a) => a.name.startsWith("on"))).length,
      links: [...document.querySelectorAll("a")].map((each) => each.getAttribute("href")),
      hidden: /[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent),
    }));
    seen.title = await page.title();
    seen.literal = (await page.locator("tr.opened").first().textContent()).includes("<img src=x onerror=");
    const forged = await open({}, `#q=<img src=x onerror=alert(1)>&sort=constructor&page=1e9&rows=__proto__&open=nobody&progress=__proto__`);
    seen.forged = [await forged.locator("#table tbody").textContent(), await forged.locator("#page").textContent(), await forged.evaluate(() => document.images.length)];
    await page.close();
  },
};

try {
  await scenarios[scenario]();
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(seen));
