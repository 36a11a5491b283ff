// Makes the telephones live: forms are sent without leaving the page, and what
// the server says has changed is fetched and put in place, piece by piece, so
// that typed text, focus and a screen reader's place are kept.

const lang = document.body.dataset.lang;
const withLang = (query) => (lang === 'en' ? query + (query ? '&' : '') + 'lang=en' : query);
document.documentElement.classList.add('live');

// put makes the children of an element those of another, matched by data-k.
function put(old, fresh) {
  const have = new Map([...old.children].map((e) => [e.dataset.k, e]));
  let at = old.firstElementChild;
  for (const next of [...fresh.children]) {
    const was = have.get(next.dataset.k);
    let now = was;
    if (!was) {
      now = next;
    } else if ('keep' in next.dataset) {
      now = was;
    } else if ('list' in next.dataset) {
      put(was, next);
    } else if (leaveOpen(was, next), !was.isEqualNode(next)) {
      now = next;
      refocus(was, next);
    }
    have.delete(next.dataset.k);
    if (was && now !== was) {
      if (at === was) at = was.nextElementSibling;
      was.replaceWith(now);
    } else if (now === at) {
      at = at.nextElementSibling;
    } else {
      old.insertBefore(now, at);
    }
  }
  for (const gone of have.values()) gone.remove();
}

// leaveOpen opens what the reader has opened.
function leaveOpen(was, next) {
  const fresh = next.querySelectorAll('details');
  was.querySelectorAll('details').forEach((d, i) => { if (fresh[i]) fresh[i].open = d.open; });
}

// refocus gives the focus of a button to the same button of its successor.
function refocus(was, next) {
  const focus = document.activeElement;
  if (!was.contains(focus) || focus.tagName !== 'BUTTON') return;
  const same = [...next.querySelectorAll('button')].find((b) => b.name === focus.name && b.value === focus.value);
  if (same) queueMicrotask(() => same.focus());
}

async function page(url) {
  const answer = await fetch(url, { cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

async function showTel(tel) {
  const query = withLang('app=' + tel.dataset.app + (tel.dataset.alone ? '&alone=1' : ''));
  const fresh = await page('/sandbox/tel/' + tel.dataset.tel + '/screen?' + query);
  const log = tel.querySelector('[data-log]');
  const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  put(tel.querySelector('.glass'), fresh.body);
  if (atEnd) toEnd(tel);
}

function toEnd(tel) {
  const log = tel.querySelector('[data-log]');
  if (!log) return;
  log.scrollTop = log.scrollHeight;
  for (const img of log.querySelectorAll('img')) {
    if (!img.complete) img.addEventListener('load', () => { log.scrollTop = log.scrollHeight; }, { once: true });
  }
}

async function showWall() {
  const wall = document.querySelector('[data-wall]');
  if (!wall) return;
  const fresh = await page('/sandbox/?' + withLang(''));
  for (const tel of fresh.querySelectorAll('[data-tel]')) {
    if (!document.getElementById(tel.id)) wall.append(tel);
  }
}

async function showNetworks() {
  const old = document.querySelector('[data-networks]');
  if (!old) return;
  const fresh = (await page('/sandbox/networks?' + withLang(''))).querySelector('[data-networks]');
  if (!old.isEqualNode(fresh)) {
    refocus(old, fresh);
    old.replaceWith(fresh);
  }
}

// One piece is fetched once at a time; what changes meanwhile is fetched after.
const busy = new Map();
function refresh(key, show) {
  if (busy.has(key)) {
    busy.set(key, true);
    return;
  }
  busy.set(key, false);
  show().catch(() => {}).finally(() => {
    const again = busy.get(key);
    busy.delete(key);
    if (again) refresh(key, show);
  });
}

const tels = () => [...document.querySelectorAll('[data-tel]')];
const refreshTel = (tel) => refresh('tel' + tel.dataset.tel, () => showTel(tel));

function hear(what) {
  if (what === 'wall' || what === 'all') refresh('wall', showWall);
  for (const tel of tels()) if (what === 'all' || what === tel.dataset.tel) refreshTel(tel);
  refresh('networks', showNetworks);
}

const news = new EventSource('/sandbox/news');
news.addEventListener('message', (event) => hear(event.data));

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!('live' in form.dataset)) return;
  event.preventDefault();
  const tel = form.closest('[data-tel]');
  const data = new FormData(form, event.submitter);
  const body = form.enctype === 'multipart/form-data' ? data : new URLSearchParams(data);
  let refused = '';
  try {
    // Not form.action: that is the button of this name, where there is one.
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers: { 'X-Live': '1' } });
    if (!answer.ok) refused = (await answer.text()).trim();
  } catch {
    refused = lang === 'en' ? 'The program does not answer.' : 'Chương trình không trả lời.';
  }
  if (!refused && ('clear' in form.dataset || form.enctype === 'multipart/form-data')) {
    form.reset();
    form.querySelectorAll('[data-count]').forEach(count);
  }
  form.closest('details')?.removeAttribute('open');
  if (tel) {
    tel.querySelector('.refused').textContent = refused;
    toEnd(tel);
    refreshTel(tel);
  } else {
    refresh('networks', showNetworks);
  }
});

document.addEventListener('click', (event) => {
  const app = event.target.closest('[data-open]');
  if (app) {
    const tel = app.closest('[data-tel]');
    tel.dataset.app = app.dataset.open;
    event.preventDefault();
    refreshTel(tel);
    return;
  }
  const key = event.target.closest('[data-digit]');
  if (key) {
    const field = key.closest('.composer').querySelector('textarea');
    const digit = key.dataset.digit;
    if (digit === 'back') field.value = [...field.value].slice(0, -1).join('');
    else field.value += digit;
    count(field);
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && 'enter' in event.target.dataset) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// The letter of Enter comes after its key: by then a field that was sent may be
// empty again, and a line break would be left in it.
document.addEventListener('keypress', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && 'enter' in event.target.dataset) event.preventDefault();
});

document.addEventListener('input', (event) => {
  if ('count' in event.target.dataset) count(event.target);
});

// GSM 03.38: one letter outside it turns the whole message into UCS-2.
const gsm = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà');
const twice = new Set('^{}\\[~]|€');

// count shows what is left in the last segment, and how many there are.
function count(field) {
  const text = field.value.normalize('NFC');
  const letters = [...text];
  let used = text.length;
  let [one, many] = [70, 67];
  if (letters.every((c) => gsm.has(c) || twice.has(c))) {
    used = letters.length + letters.filter((c) => twice.has(c)).length;
    [one, many] = [160, 153];
  }
  const parts = used <= one ? 1 : Math.ceil(used / many);
  const room = parts === 1 ? one : parts * many;
  field.form.querySelector('output').textContent = (room - used) + '/' + parts;
}

tels().forEach(toEnd);
