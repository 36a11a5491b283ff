// Everything here works without this file: it only saves a press or a wait.
const form = document.querySelector("[data-check]");

if (form) {
  const typed = form.elements.q, photo = form.elements.photo, busy = form.querySelector("[data-busy]");

  // A chosen picture is read here where the browser can, else sent smaller.
  photo.addEventListener("change", async () => {
    const file = photo.files[0];
    if (!file) return;
    busy.hidden = false;
    typed.value = "";
    const text = await readHere(file);
    if (text) {
      typed.value = text;
      photo.value = "";
    } else {
      const smaller = await shrink(file);
      if (smaller) {
        const list = new DataTransfer();
        list.items.add(smaller);
        photo.files = list.files;
      }
    }
    form.requestSubmit();
  });

  // A second scan while the first is being answered must not be lost in a dead page.
  form.addEventListener("submit", (event) => {
    if (!typed.value.trim() && !photo.files.length) {
      event.preventDefault();
      typed.focus();
      return;
    }
    busy.hidden = false;
  });
  addEventListener("pageshow", () => { busy.hidden = true; });

  // A barcode reader types wherever the focus is not: bring it into the box.
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.key === " ") return;
    if (at === document.body || at?.id === "main") typed.focus();
  });
}

async function readHere(file) {
  if (!("BarcodeDetector" in window)) return "";
  try {
    const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
    return found.length === 1 ? found[0].rawValue : "";
  } catch {
    return "";
  }
}

async function shrink(file) {
  const longest = 1600;
  try {
    const image = await createImageBitmap(file);
    const scale = longest / Math.max(image.width, image.height);
    if (scale >= 1) return null;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && new File([blob], "qr.jpg", { type: "image/jpeg" });
  } catch {
    return null;
  }
}

// An open menu closes when one presses elsewhere or Escape.
for (const menu of document.querySelectorAll("details.more")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A page of work in the background is looked at again until it is done.
if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 5000);

// Clocks of what waits for an officer go on between two looks at the page.
const clocks = document.querySelectorAll("[data-clock]");
if (clocks.length) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const page = Date.parse(clocks[0].dataset.clock) - Date.now(); // the server's clock counts, not the telephone's
  setInterval(() => {
    for (const clock of clocks) {
      const minutes = Math.floor((Date.now() + page - Date.parse(clock.dateTime)) / 60000);
      if (minutes < 1) continue;
      const [n, unit] = minutes < 60 ? [minutes, "minute"] : minutes < 1440 ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / 1440), "day"];
      clock.firstChild.textContent = words.format(-n, unit);
    }
  }, 15000);
}
