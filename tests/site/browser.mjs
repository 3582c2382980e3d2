// Opens pages from disk in Chromium and prints what it sees as JSON. The network is closed to it.
//   node browser.mjs look TOOLS CHROMIUM FOLDER    every check on the sites in FOLDER
//   node browser.mjs open TOOLS CHROMIUM FILE      milliseconds that one page takes, from a new browser
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [what, tools, executablePath, place] = process.argv.slice(2);
const require = createRequire(join(resolve(tools), "package.json"));
const { chromium } = require("playwright-core");
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const at = (...path) => pathToFileURL(join(resolve(place), ...path)).href;
const frame = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

async function open(browser, seen, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith("file:")) return route.continue();
    seen.requests.push(url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`));
  });
  return page;
}

const first = (folder, kind) => [kind, readdirSync(join(place, folder, kind)).sort()[0]];
const rules = {
  light: { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  dark: { runOnly: { type: "rule", values: ["color-contrast"] } },  // all that a scheme changes
};

async function axe(browser, seen) {
  const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, seen, { colorScheme });
    for (const size of ["5", "50"]) {
      for (const path of [["index.html"], first(size, "channels"), first(size, "applies"), ["single", "index.html"]]) {
        await page.goto(at(size, ...path));
        await page.evaluate(() => {
          const few = "details:not(.rows details), .rows > :first-child > details:nth-child(-n + 2)";
          document.querySelectorAll(few).forEach((one) => { one.open = true; });
          // What is off the screen is not laid out, and axe would measure it where it is not.
          for (const part of document.querySelectorAll(".rows > div, .rows details")) part.style.contentVisibility = "visible";
        });
        await page.evaluate(source);  // by the debugger, so the policy of the page stays as it is
        const found = await page.evaluate((options) => window.axe.run(document, options), rules[colorScheme]);
        seen.axe[`${size}/${path.join("/")} ${colorScheme}`] = found.violations.map(
          (one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`,
        );
      }
    }
    await page.context().close();
  }
}

const rowsOf = (page, list) => page.evaluate((query) =>
  [...document.querySelectorAll(query)].filter((row) => !row.hidden).map((row) => row.textContent), list);

async function use(browser, seen, path, list, heads) {
  const page = await open(browser, seen);
  await page.goto(at(...path));
  const told = {};
  await page.keyboard.press("Tab");
  told.skip = await page.evaluate(() => document.activeElement.className);
  await page.keyboard.press("Enter");
  told.main = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("/");
  told.focus = await page.evaluate(() => document.activeElement.id);
  told.all = (await rowsOf(page, list)).length;
  await page.keyboard.type("billing georgetown-0003");
  told.filtered = await rowsOf(page, list);
  told.counted = await page.textContent(".find output");
  await page.keyboard.press("Escape");
  told.cleared = (await rowsOf(page, list)).length;
  for (const way of ["up", "down"]) {
    await page.focus(`${heads} >> nth=0`);
    await page.keyboard.press("Enter");
    told[way] = (await rowsOf(page, list)).map((row) => row.trim().slice(0, 12));
    told[`${way} said`] = await page.evaluate((query) => {
      const button = document.querySelector(query), head = button.closest("th");
      return head ? head.getAttribute("aria-sort") : `${button.className} ${button.getAttribute("aria-pressed")}`;
    }, heads);
  }
  await page.context().close();
  return told;
}

async function follow(browser, seen, folder) {
  const page = await open(browser, seen);
  await page.goto(at(folder, "index.html"));
  await page.click(".appl summary >> nth=-1");
  await page.click(".appl details[open] .n a, .appl details[open] td a, .appl details[open] th a, .appl details[open] p a");
  await frame(page);
  const told = await page.evaluate(() => {
    const target = document.querySelector(location.hash), box = target.getBoundingClientRect();
    return { open: target.open, seen: box.top >= 0 && box.top < innerHeight, text: target.textContent.slice(0, 40) };
  });
  await page.context().close();
  return told;
}

async function plain(browser, seen) {
  const page = await open(browser, seen, { javaScriptEnabled: false });
  await page.goto(at("5", "single", "index.html"));
  const hidden = page.locator(".rows details dd").first();
  const told = { before: await hidden.isVisible(), filter: await page.locator(".find").isVisible() };
  await page.locator(".chan summary").first().click();
  told.after = await hidden.isVisible();
  told.buttons = await page.locator("button").count();
  await page.context().close();
  return told;
}

async function paper(browser, seen, path) {
  const page = await open(browser, seen);
  await page.goto(at(...path));
  const bytes = (await page.pdf({ format: "A4" })).length;
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const told = await page.evaluate(() => ({
    filter: getComputedStyle(document.querySelector(".find")).display,
    closed: document.querySelectorAll("details:not([open]):not(.rows details)").length,
    wide: document.documentElement.scrollWidth > innerWidth,
  }));
  await page.context().close();
  return { ...told, bytes };
}

async function narrow(browser, seen, paths) {
  const page = await open(browser, seen, { viewport: { width: 360, height: 800 } });
  const wide = [];
  for (const path of paths) {
    await page.goto(at(...path));
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(path.join("/"));
  }
  await page.context().close();
  return wide;
}

async function look() {
  const seen = { axe: {}, console: [], requests: [] };
  const browser = await chromium.launch({ executablePath, args });
  seen.version = browser.version();
  await axe(browser, seen);
  seen.files = await use(browser, seen, ["50", "index.html"], "#channels tbody tr", "#channels th button");
  seen.single = await use(browser, seen, ["50", "single", "index.html"], ".chan details", ".chan.head button");
  seen.large = await use(browser, seen, ["large", "index.html"], ".chan details", ".chan.head button");
  seen.followed = { large: await follow(browser, seen, "large"), single: await follow(browser, seen, "5/single") };
  seen.plain = await plain(browser, seen);
  seen.paper = {};
  const paths = [["5", "index.html"], ["5", ...first("5", "channels")], ["5", ...first("5", "applies")]];
  for (const path of [...paths, ["50", "single", "index.html"]]) {
    seen.paper[path.join("/")] = await paper(browser, seen, path);
  }
  seen.narrow = await narrow(browser, seen, [...paths, ["5", "single", "index.html"], ["large", "index.html"]]);
  await browser.close();
  return seen;
}

async function time() {
  const seen = { console: [], requests: [] };
  const browser = await chromium.launch({ executablePath, args });
  const page = await open(browser, seen);
  await page.goto(pathToFileURL(resolve(place)).href, { waitUntil: "load", timeout: 120_000 });
  await page.waitForFunction(() => performance.getEntriesByType("paint").length > 0);
  const told = await page.evaluate(() => ({
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    paint: performance.getEntriesByType("paint")[0].startTime,
    elements: document.getElementsByTagName("*").length,
  }));
  const timed = async (act) => {
    const begun = performance.now();
    await act();
    await frame(page);
    return performance.now() - begun;
  };
  told.filter = await timed(async () => {
    await page.keyboard.press("/");
    await page.keyboard.insertText("0003");
  });
  told.counted = await page.textContent(".find output");
  told.click = await timed(() => page.evaluate(() => document.querySelector(".chan details:not([hidden]) summary").click()));
  told.sort = await timed(() => page.evaluate(() => document.querySelectorAll(".chan.head button")[2].click()));
  await browser.close();
  return { ...seen, ...told };
}

console.log(JSON.stringify(what === "open" ? await time() : await look(), null, 1));
