// Everything here works without this file: it only saves a press or a wait.
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
