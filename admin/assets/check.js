// The box of a check. Everything works without this file: typed or pasted, or
// with a photo, and the button. Here are the ways that spare a press.
const form = document.querySelector("[data-check]");
const typed = form.elements.q, photo = form.elements.photo;
const busy = form.querySelector("[data-busy]"), dark = form.querySelector("[data-dark]");

function send(text) {
  typed.value = text;
  form.requestSubmit();
}

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
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.key === " ") return;
  if (!document.activeElement?.closest("input, select, textarea")) typed.focus();
});

const detector = await (async () => {
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null; // not in this browser: the server reads photos
  }
})();

// The one code that is seen; of two nobody knows which was meant.
async function read(picture) {
  try {
    const found = await detector.detect(picture);
    return found.length === 1 ? found[0].rawValue : "";
  } catch {
    return "";
  }
}

// A chosen picture is read here where the browser can, else sent smaller.
photo.addEventListener("change", async () => {
  const file = photo.files[0];
  if (!file) return;
  busy.hidden = false;
  typed.value = "";
  try {
    const image = await createImageBitmap(file);
    const text = detector ? await read(image) : "";
    if (text) {
      photo.value = "";
      return send(text);
    }
    const smaller = await shrink(image);
    if (smaller) {
      const list = new DataTransfer();
      list.items.add(smaller);
      photo.files = list.files;
    }
  } catch {
    // no picture that this browser can open: the server says what it makes of it
  }
  form.requestSubmit();
});

async function shrink(image) {
  const longest = 1600, scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return null;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return blob && new File([blob], "qr.jpg", { type: "image/jpeg" });
}

// The phone's camera: the same button starts and stops it, in the same place
// before and after an answer, so that the thumb may stay.
const scan = form.querySelector("[data-scan]"), viewer = form.querySelector("[data-viewer]"), video = form.querySelector("[data-video]");
const start = scan.textContent;

if (detector && navigator.mediaDevices?.getUserMedia) {
  scan.hidden = false;
  scan.addEventListener("click", () => video.srcObject ? stop() : look());
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
}

async function look() {
  dark.hidden = true;
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    viewer.hidden = false;
    scan.textContent = scan.dataset.stop;
    await video.play();
  } catch {
    stop();
    dark.hidden = false;
    return;
  }
  while (video.srcObject) {
    const text = await read(video);
    if (text && video.srcObject) {
      navigator.vibrate?.(60);
      stop();
      send(text);
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

function stop() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  viewer.hidden = true;
  scan.textContent = start;
}
