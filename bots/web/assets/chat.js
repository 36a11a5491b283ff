// The live half of the chat page: it posts without leaving the page and shows
// what comes. Without it everything works by forms (receive.go).
(() => {
  'use strict';
  const $ = (id) => document.getElementById(id);
  const words = document.body.dataset;
  const log = $('log'), list = $('list'), composer = $('composer'), text = $('text'), photo = $('photo');
  const status = $('status'), error = $('error');
  const BEATS = 50_000; // ms without a sign of life, three beats of events.go and some

  let seq = words.after; // the last item that the page shows
  let lang = words.lang;

  // --- what goes out

  const token = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  // What was not taken goes again under the same ID, so that it counts once
  // even when only the answer to it was lost.
  let again = { key: '', id: words.id };
  let line = Promise.resolve(); // messages leave one after the other
  let heard = 0; // messages of ours that came
  let pressed = false; // the person's last act was to press a button of the log

  async function post(data) {
    let told = words.failed;
    for (const pause of [0, 1000, 3000]) {
      await sleep(pause);
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), data.has('photo') ? 120_000 : 30_000);
      try {
        const r = await fetch('/chat', { method: 'POST', body: data, headers: { Accept: 'application/json' }, signal: late.signal });
        const answer = await r.json().catch(() => ({}));
        mark(answer.item, r.ok);
        if (r.ok) return '';
        told = answer.error || words.failed;
        if (r.status === 403) open(); // the cookie was lost, and another came with this answer
        if (r.status < 502) return told;
      } catch {
        told = words.failed;
      } finally {
        clearTimeout(timer);
      }
    }
    return told;
  }

  // mark hides what the mailbox holds but nobody took, until it is taken.
  const untaken = new Set();
  function mark(item, taken) {
    if (!item) return;
    const id = `m-${item}`;
    if (taken) untaken.delete(id);
    else untaken.add(id);
    if ($(id)) $(id).hidden = !taken;
  }

  // send takes what a form holds now; done gets '' or why it was not taken.
  function send(data, key, done) {
    const id = again.key === key ? again.id : token();
    again = { key: null };
    data.set('id', id);
    data.set('lang', lang);
    fail('');
    tell(words.sending, 400);
    line = line.then(async () => {
      const before = heard;
      const why = await post(data);
      tell('');
      if (why) {
        again = { key, id };
        fail(why);
      } else {
        if (heard === before) expect(); // the answer may be faster than this
        if (!source || source.readyState === EventSource.CLOSED) open();
      }
      done(why);
    });
  }

  function sendText() {
    const said = text.value;
    if (!said.trim()) {
      fail(words.empty);
      text.focus();
      return;
    }
    const data = new FormData();
    data.set('text', said);
    send(data, '', (why) => {
      if (!why && text.value === said) text.value = '';
      if (why) text.focus();
    });
  }

  async function sendPhoto() {
    if (!photo.files.length) return;
    const file = photo.files[0];
    const data = new FormData();
    tell(words.sending);
    data.set('photo', await shrink(file), 'photo');
    send(data, 'photo', () => { photo.value = ''; });
  }

  // A photo of a phone is many times what a QR code needs.
  async function shrink(file) {
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(1, 2000 / Math.max(image.width, image.height));
      if (scale === 1 && file.size < 400_000) return file;
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
      return small || file;
    } catch {
      return file; // the server says what is wrong with it
    }
  }

  function sendPress(form, button) {
    const several = button.hasAttribute('aria-pressed');
    if (!several && form.classList.contains('sending')) return;
    const data = new FormData(form);
    data.set(button.name, button.value);
    pressed = list.contains(form) || !!form.closest('#welcome');
    if (!several) form.classList.add('sending');
    button.classList.add('sent');
    send(data, `${data.get('ref')} ${button.value}`, (why) => {
      button.classList.remove('sent');
      if (why || !list.contains(form)) form.classList.remove('sending');
      else setTimeout(() => form.classList.remove('sending'), 20_000);
    });
  }

  document.addEventListener('submit', (e) => {
    const form = e.target;
    if (!form.matches('[data-send]')) return;
    e.preventDefault();
    if (form === composer) sendText();
    else sendPress(form, e.submitter || form.querySelector('button'));
  });
  photo.addEventListener('change', sendPhoto);

  // --- what comes in

  function settle() {
    for (const li of list.querySelectorAll('li.open')) {
      li.classList.remove('open');
      for (const b of li.querySelectorAll('.choices button')) b.disabled = true;
    }
  }

  function make(html) {
    const t = document.createElement('template');
    t.innerHTML = html; // escaped by the server
    return t.content.firstElementChild;
  }

  // patch changes only the marks of the buttons when nothing else has changed:
  // the focus stays, and no screen reader reads the question out again.
  function patch(was, li) {
    const said = (e) => e.querySelector('.bubble').innerHTML;
    const old = [...was.querySelectorAll('.choices button')];
    const now = [...li.querySelectorAll('.choices button')];
    if (said(was) !== said(li) || old.length !== now.length || old.some((b, i) => b.value !== now[i].value)) return false;
    was.className = li.className;
    old.forEach((b, i) => {
      b.textContent = now[i].textContent;
      b.disabled = now[i].disabled;
      if (now[i].hasAttribute('aria-pressed')) b.setAttribute('aria-pressed', now[i].getAttribute('aria-pressed'));
    });
    return true;
  }

  // place does to the page what fold (mail.go) does to the mailbox.
  let closing = false; // a press waits for its answer, which closes older questions
  let toggles = []; // presses that an edit may show
  function place(e) {
    const li = make(e.html);
    const was = $(li.id);
    const active = document.activeElement;
    const lost = active === document.body || list.contains(active) || active === log;
    $('welcome')?.remove();
    document.body.classList.remove('fresh');
    if (was && e.mine) return;
    if (e.toggle) {
      toggles.push({ li, ref: `m-${e.ref}` });
      return;
    }
    if (was) {
      const shown = toggles.findIndex((t) => t.ref === was.id);
      if (shown >= 0) toggles.splice(shown, 1);
      if (closing) settle();
      if (!patch(was, li)) was.replaceWith(li);
    } else {
      if (!e.mine) {
        for (const t of toggles) {
          closing = true;
          append(t.li);
        }
        toggles = [];
        if (e.asks || closing) settle();
      }
      append(li);
    }
    closing = e.mine && (closing || !!e.ref);
    if (!e.mine) answered(e, li, lost);
    const tall = li.offsetHeight > log.clientHeight;
    if (tall) li.scrollIntoView({ block: 'start' });
    else if (e.mine) log.scrollTop = 0;
  }
  function append(li) {
    li.hidden = untaken.has(li.id);
    list.append(li);
  }

  function answered(e, li, lost) {
    heard++;
    arrived();
    if (e.asks) hint(e.input || '');
    if (pressed && lost) {
      const first = li.querySelector('.choices button:not(:disabled)');
      if (first && !li.contains(document.activeElement)) first.focus({ preventScroll: true });
      else if (!first && !matchMedia('(pointer: coarse)').matches) text.focus({ preventScroll: true });
    }
    if (e.lang && e.lang !== lang) {
      lang = e.lang;
      if (!text.value) location.replace('/');
    }
  }
  for (const act of ['keydown', 'pointerdown']) document.addEventListener(act, () => { pressed = false; }, true);

  // hint offers the keyboard that fits the answer; chat.html does it for the
  // first page.
  let otp;
  function hint(input) {
    text.inputMode = { code: 'numeric', number: 'numeric', phone: 'tel' }[input] || '';
    text.autocomplete = { code: 'one-time-code', phone: 'tel' }[input] || 'off';
    otp?.abort();
    if (input !== 'code' || !('OTPCredential' in window)) return;
    otp = new AbortController();
    navigator.credentials.get({ otp: { transport: ['sms'] }, signal: otp.signal })
      .then((c) => { text.value = c.code; sendText(); })
      .catch(() => {}); // not wanted, or not on this phone: the code is typed
  }

  // --- telling how things stand

  let telling;
  function tell(what, after = 0) {
    clearTimeout(telling);
    if (after) telling = setTimeout(() => { status.textContent = what; }, after);
    else status.textContent = what;
  }
  function fail(why) {
    error.textContent = why;
    composer.classList.toggle('wrong', why !== '');
    text.toggleAttribute('aria-invalid', why !== '');
  }
  let slow;
  function expect() {
    tell(words.waiting, 1500);
    clearTimeout(slow);
    slow = setTimeout(() => tell(words.slow), 20_000);
  }
  function arrived() {
    clearTimeout(slow);
    tell('');
  }

  // --- the stream

  let source, pulse, tries = 0, away;
  function open() {
    close();
    source = new EventSource(`/chat/events?after=${seq}&lang=${lang}`);
    source.onopen = () => { tries = 0; alive(); };
    source.onmessage = (e) => { seq = e.lastEventId; alive(); place(JSON.parse(e.data)); };
    source.addEventListener('beat', alive);
    source.onerror = () => {
      // A node that stops, or a stream that ended its hour, is followed by
      // another within seconds: say nothing before.
      away ??= setTimeout(() => tell(words.offline), 5000);
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(pulse);
      pulse = setTimeout(open, Math.min(60_000, 1000 * 2 ** tries++) * (0.5 + Math.random()));
    };
    pulse = setTimeout(open, BEATS);
  }
  function alive() {
    clearTimeout(pulse);
    pulse = setTimeout(open, BEATS);
    if (away === undefined) return;
    clearTimeout(away);
    away = undefined;
    if (status.textContent === words.offline) tell('');
  }
  function close() {
    clearTimeout(pulse);
    source?.close();
  }
  // A browser keeps few connections to a site, and a hidden page needs none.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
  window.addEventListener('online', open);

  document.addEventListener('keydown', (e) => {
    const more = document.querySelector('.more[open]');
    if (e.key !== 'Escape' || !more) return;
    more.open = false;
    more.querySelector('summary').focus();
  });

  document.documentElement.classList.add('script');
  status.textContent = '';
  if (text.autocomplete === 'one-time-code') hint('code');
  if (!document.hidden) open();
})();
