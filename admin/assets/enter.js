// Without this file the page shows every question, with a word when it applies,
// and a button reads it again. With it the server reads each field as it is left.
const form = document.querySelector("[data-entry]");
const print = document.querySelector("[data-print]");

if (print) {
  print.hidden = false;
  print.focus();
  print.addEventListener("click", () => window.print());
}

if (form) {
  form.querySelector("[data-keys]").hidden = false;
  form.classList.add("live");
  show();

  let asked = 0;
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") {
      form.querySelector('[value="card"]').click();
      return;
    }
    if (event.target.name?.startsWith("_")) return;
    read();
  });

  // What Enter did as it went down is all that it does, also where the focus went.
  let done = false;
  form.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && done) event.preventDefault();
  });

  form.addEventListener("keydown", (event) => {
    done = false;
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      done = true;
      const next = event.shiftKey && form.querySelector("[data-next]");
      form.requestSubmit(next || form.querySelector("[data-save]"));
      return;
    }
    const at = event.target;
    if (at.tagName !== "INPUT" && at.tagName !== "SELECT") return;
    event.preventDefault();
    done = true;
    // A reader of cards types the whole text and Enter, wherever the focus is.
    if (at.name === "_card" || at.value.split("|").length > 4) form.requestSubmit(form.querySelector('[value="card"]'));
    else follow(at);
  });

  async function read() {
    const turn = ++asked;
    const sent = new FormData(form);
    sent.delete("photo");
    sent.set("_step", "read");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent });
      if (turn !== asked || !answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn === asked && page.querySelector("[data-entry]")) take(page);
    } catch {
      // The network is away: the next reading, or saving, tells.
    }
  }

  function take(page) {
    for (const now of form.querySelectorAll("[data-field]")) {
      const read = page.querySelector(`[data-field="${now.dataset.field}"]`);
      if (!read) continue;
      now.dataset.asked = read.dataset.asked;
      const told = now.querySelector("[data-told]");
      if (!told.contains(document.activeElement)) told.replaceChildren(...read.querySelector("[data-told]").childNodes);
      for (const choice of now.querySelectorAll("[data-choice]")) {
        choice.hidden = !read.querySelector(`[data-choice="${CSS.escape(choice.dataset.choice)}"]`);
      }
      const name = now.dataset.field;
      const marked = now.querySelector("input:checked");
      const on = read.querySelector(`input[type="radio"][name="${name}"]:checked`);
      if (!marked && on) now.querySelector(`input[value="${CSS.escape(on.value)}"]`).checked = true;
      const text = now.querySelector(`input[name="${name}"]:not([type="radio"]):not([type="checkbox"])`);
      const found = read.querySelector(`input[name="${name}"]:not([type="radio"]):not([type="checkbox"])`);
      if (text && found && !text.value && text !== document.activeElement) text.value = found.value;
    }
    show();
  }

  // What does not apply is out of the way, unless something stands in it.
  function show() {
    for (const field of form.querySelectorAll("[data-field]")) {
      const said = [...field.querySelectorAll("input, select, textarea")].some((e) => (e.type === "checkbox" || e.type === "radio" ? e.checked : e.value));
      field.hidden = field.dataset.asked === "no" && !said;
    }
  }

  // Enter leads to the next field, as on a till.
  function follow(at) {
    const all = [...form.querySelectorAll("input, select, textarea, button")].filter((e) => e.type !== "hidden" && e.type !== "file" && e.tabIndex >= 0 && e.offsetParent);
    let i = all.indexOf(at) + 1;
    while (i < all.length && all[i].type === "radio" && all[i].name === at.name && at.name) i++;
    const next = all[i];
    if (!next) return;
    // Of several radios the chosen one has the focus.
    const chosen = next.type === "radio" && all.find((e) => e.name === next.name && e.checked);
    (chosen || next).focus();
  }
}
