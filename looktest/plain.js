// Looks at a page in a browser that runs no scripts, or for what one that does
// shows: what carries data must be there for both.
const plainSeen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().height > 1;
const plainName = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
const plainText = (text) => text.replace(/\s+/g, " ").trim();

// What is said of what just happens, and clocks, differ from one look to the next.
const plainPasses = "[role=status], [role=alert], time, [data-clock], script, style, noscript, title, option, datalist";

// plainShown is what one can see or use, with everything folded out: texts,
// fields, buttons and pictures.
function plainShown() {
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const d of folded) d.open = true;
  const shown = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!plainSeen(e) || e.closest(plainPasses)) continue;
    for (const n of e.childNodes) if (n.nodeType === Node.TEXT_NODE && n.nodeValue.trim()) shown.push(plainText(n.nodeValue));
    if (e.name && e.matches("input, select, textarea, button")) shown.push(`${e.localName} ${e.name} ${e.type === "radio" || e.type === "submit" ? e.value : ""}`);
    if (e.localName === "img") shown.push(`picture ${e.alt}`);
    if (e.matches("path, rect, circle, line, polyline, polygon")) shown.push(`${e.localName} of ${plainText(e.closest("svg[aria-labelledby], svg[aria-label]")?.textContent ?? "")}`);
  }
  for (const d of folded) d.open = false;
  return [...new Set(shown)];
}

// plainFaults is what is wrong with a page whose scripts do not run, given what
// it shows when they do.
function plainFaults(live) {
  const wrong = [];
  const all = (css) => [...document.querySelectorAll(css)];
  const shown = new Set(plainShown());

  // What a script brings out is a tool, a button or a word about one; data is
  // there from the beginning.
  const tools = all("[hidden]");
  for (const e of tools) {
    const data = e.matches("table, ul, ol, dl, svg, img, form") ? e : e.querySelector("a[href], table, ul, ol, dl, svg, img, form, input:not([type=hidden])");
    if (data) wrong.push(`only a script shows ${plainName(data)}`);
  }
  const offered = new Set(tools.flatMap((e) => [e, ...e.querySelectorAll("*")]).flatMap((e) => [...e.childNodes]).filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => plainText(n.nodeValue)));
  for (const what of live) {
    if (!shown.has(what) && !offered.has(what)) wrong.push(`without scripts there is no ${what.slice(0, 160)}`);
  }

  for (const d of all("details")) d.open = true; // a press does that, without a script
  const heading = document.querySelector("h1");
  if (!heading || !plainSeen(heading)) wrong.push("no first heading is seen");
  const said = plainText(all("main, footer").filter(plainSeen).map((e) => e.innerText).join(" "));
  if (said.length < 20) wrong.push(`nothing in the page: ${said}`);
  for (const e of all("main tbody tr, main dd, main li, main svg[aria-labelledby], main svg[aria-label], main img")) {
    if (!plainSeen(e) && !e.closest("[hidden], li:not(.open), .unseen") && (e.childElementCount || plainText(e.textContent) || e.localName === "img")) wrong.push(`has no size: ${plainName(e)}`);
  }
  for (const e of document.forms) {
    const by = [...e.elements].filter((b) => b.matches("button:not([type=button], [type=reset]), input[type=submit], input[type=image]"));
    if (plainSeen(e) && !by.some((b) => plainSeen(b) || b.disabled)) wrong.push(`a form without a button in sight: ${plainName(e)}`);
  }
  for (const e of all("button[type=button], [onclick], [role=button]")) {
    if (plainSeen(e)) wrong.push(`a button that does nothing: ${plainName(e)}`);
  }
  for (const e of all("noscript")) {
    if (!e.querySelector("a[href], button, input, form, img, meta[http-equiv=refresh]")) wrong.push(`no way on from ${plainName(e)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`it is ${document.documentElement.scrollWidth} px wide`);
  for (const e of all("button, .button, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio])")) {
    if (plainSeen(e) && !e.disabled && e.getBoundingClientRect().height < 43.5) wrong.push(`too small to press: ${plainName(e)}`);
  }
  return [...new Set(wrong)];
}
