// Runs in each page before its own scripts. Nothing here changes what is looked at.
const lookFaults = [];
addEventListener("securitypolicyviolation", (event) => lookFaults.push(`its policy forbids ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
addEventListener("error", (event) => lookFaults.push(`a script fails: ${event.message ?? event.target?.outerHTML}`), true);

const lookName = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 110);
const lookSeen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;

// Of axe's rules only those about colours can say something else on the second
// screen, where all that is in the page is as it was.
async function lookAtPage(maxWeight, first) {
  const wrong = [...lookFaults];
  const seen = (css) => [...document.querySelectorAll(css)].filter(lookSeen);

  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) {
    const widest = seen("body *").filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).slice(-1).map(lookName);
    wrong.push(`it is ${wide} px wide: ${widest}`);
  }
  for (const e of seen("button, .button, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio]), nav a, .chips a, .tick")) {
    const box = e.getBoundingClientRect();
    if (box.height < 43.5 && !e.disabled) wrong.push(`too small to press, ${Math.round(box.width)}x${Math.round(box.height)}: ${lookName(e)}`);
  }
  for (const e of seen("body *")) {
    const says = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.nodeValue.trim());
    if (says && parseFloat(getComputedStyle(e).fontSize) < 14) wrong.push(`small text: ${lookName(e)}`);
  }
  const id = document.body.innerText.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-/);
  if (id) wrong.push(`it shows the ID ${id[0]}…, which tells nobody anything`);
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`${document.querySelectorAll("h1").length} first headings`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push(`twice the id ${id}`);
  for (const form of document.forms) {
    if (!form.querySelector("button:not([type=button]), input[type=submit]") && !document.querySelector(`button[form="${form.id}"]`)) wrong.push(`a form that only a script can send: ${lookName(form)}`);
  }
  for (const e of document.querySelectorAll("a[href^='#'], a[href^='javascript']")) {
    if (!document.getElementById(e.hash.slice(1))) wrong.push(`a link to nowhere: ${lookName(e)}`);
  }

  const loads = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const weight = loads.reduce((sum, load) => sum + load.decodedBodySize, 0);
  if (weight > maxWeight) wrong.push(`it weighs ${weight} bytes: ${loads.map((load) => load.decodedBodySize + " " + load.name).join(", ")}`);

  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...(first ? {} : { runOnly: ["color-contrast", "link-in-text-block"] }) });
  for (const v of violations) {
    for (const node of v.nodes) wrong.push(`axe ${v.id}: ${v.help}: ${node.html.replace(/\s+/g, " ").slice(0, 160)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`);
  }
  return [...new Set(wrong)];
}

// A walk with the Tab key: what is expected to have the focus, and what is seen
// of it by the time the next key is pressed.
let lookWalk;

function beginWalk() {
  const groups = new Set();
  const expected = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter((e) => {
    if (!lookSeen(e) && !e.classList.contains("skip") || e.disabled || e.tabIndex < 0) return false;
    if (e.type !== "radio") return true;
    return !groups.has(lookStop(e)) && !!groups.add(lookStop(e)); // Tab stops once in a group, at the chosen one
  });
  lookWalk = { expected, met: new Set(), wrong: [], steps: [] };
  const judge = () => {
    const e = document.activeElement;
    if (!e || e === document.body) {
      lookWalk.steps.push(null);
      return;
    }
    const stop = lookStop(e);
    lookWalk.met.add(stop);
    lookWalk.steps.push(stop);
    if (!lookRinged(e)) lookWalk.wrong.push(`no ring around ${lookName(e)}`);
    const box = e.getBoundingClientRect();
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.width < 2) lookWalk.wrong.push(`the focus is out of sight: ${lookName(e)}`);
    else {
      const at = document.elementFromPoint((Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2);
      if (at && !e.contains(at) && !at.contains(e) && !e.labels?.[0]?.contains(at)) lookWalk.wrong.push(`the focus is behind ${lookName(at)}: ${lookName(e)}`);
    }
  };
  addEventListener("keydown", judge, true);
  lookWalk.end = judge;
  document.activeElement?.blur();
  scrollTo(0, 0);
  return expected.length + 3 * expected.filter((e) => ["date", "time", "datetime-local"].includes(e.type)).length; // parts of a date are stops, too
}

function endWalk() {
  lookWalk.end();
  const order = lookWalk.expected.map(lookStop);
  for (const stop of order) {
    if (!lookWalk.met.has(stop)) lookWalk.wrong.push(`Tab never reaches ${lookStopName(stop)}`);
  }
  // From each to one further down, and from the last one out of the page, by way
  // of the browser, or to the first again.
  const steps = lookWalk.steps.map((stop) => order.indexOf(stop)).filter((at, i) => at >= 0 || lookWalk.steps[i] === null);
  steps.forEach((at, i) => {
    const before = steps[i - 1];
    if (i === 0 || at < 0 || before < 0 || at >= before || before === order.length - 1) return; // equal: the parts of a date
    lookWalk.wrong.push(`Tab goes back from ${lookStopName(order[before])} to ${lookStopName(order[at])}`);
  });
  const last = steps.slice(-4);
  if (last.length === 4 && last[0] >= 0 && new Set(last).size === 1) lookWalk.wrong.push(`Tab does not leave ${lookStopName(order[last[0]])}`);
  return [...new Set(lookWalk.wrong)];
}

// lookStop is where Tab stops: an element, or the name of a group of radios.
function lookStop(e) { return e.type === "radio" ? `${e.form?.action} ${e.name}` : e; }
function lookStopName(stop) { return typeof stop === "string" ? stop : lookName(stop); }

// lookRinged tells whether the focus is seen: around the element, or around what
// stands for one that is itself not seen.
function lookRinged(e) {
  for (; e && e !== document.body; e = e.parentElement) {
    const style = getComputedStyle(e);
    if (parseFloat(style.opacity) === 0) continue;
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3 && !/^rgba\(.*, 0\)$/.test(style.outlineColor);
  }
  return false;
}
