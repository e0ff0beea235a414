// Makes the desk quicker: each form of a row is sent without leaving the page, and keys press them.
// Everything here also works by the buttons alone. Rows: <article data-row> with forms data-do.

const desk = document.querySelector('[data-desk]');
if (desk && desk.querySelector('[data-row]')) enhance(desk);

function enhance(page) {
  const help = page.querySelector('[data-desk-help]');
  const foot = page.querySelector('[data-desk-foot]');
  const said = page.querySelector('[data-desk-said]');
  const left = page.querySelector('[data-desk-left]');
  const undo = page.querySelector('[data-desk-undo]');
  const decided = [];
  const busy = new Set();
  let current = null;

  help.hidden = false;
  foot.hidden = false;

  const rows = () => [...page.querySelectorAll('[data-row]:not([hidden])')];
  const form = (row, name) => row && row.querySelector(`form[data-do="${name}"]`);

  function select(row, isMoved = true) {
    current?.removeAttribute('aria-current');
    current = row;
    if (!row) return;
    row.setAttribute('aria-current', 'true');
    if (isMoved) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: 'nearest' });
    }
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const place = all.indexOf(current);
    select(all[Math.min(all.length - 1, Math.max(0, place + by))]);
  }

  function count() {
    const number = rows().length;
    left.textContent = number ? page.dataset.textLeft.replace('{0}', number) : page.dataset.textDone;
    undo.hidden = !decided.length;
  }

  function say(text, isWrong = false) {
    said.textContent = text;
    foot.classList.toggle('is-wrong', isWrong);
  }

  function take(ids) {
    const all = rows();
    const gone = ids.map((id) => page.querySelector(`[data-row="${id}"]`)).filter(Boolean);
    const place = all.indexOf(current);
    for (const row of gone) {
      for (const one of row.querySelectorAll('details')) one.open = false;
      row.hidden = true;
    }
    if (!current || current.hidden) {
      const after = all.slice(place + 1).find((row) => !row.hidden);
      select(after || rows().at(-1) || null);
    }
  }

  function drawSeats(seats) {
    for (const [cohort, each] of Object.entries(seats || {})) {
      for (const place of page.querySelectorAll(`[data-seats="${cohort}"] > *`)) place.textContent = each.text;
      for (const row of page.querySelectorAll(`[data-cohort="${cohort}"]`)) {
        const button = form(row, 'accept')?.querySelector('button');
        if (button && !row.hasAttribute('data-needs-word')) button.disabled = each.full;
      }
    }
  }

  async function send(one) {
    const row = one.closest('[data-row]');
    const what = one.dataset.do;
    if (busy.has(row)) return;
    busy.add(row);
    row.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(one.action, {
        method: 'POST',
        body: new FormData(one),
        headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' },
        redirect: 'error',
      });
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      const told = await answer.json();
      if (answer.status === 422) {
        say(told.errors.join(' '), true);
        take(told.ids);
      } else if (what === 'undo') {
        giveBack(row, told);
      } else {
        const name = row.querySelector('.application-name').firstChild.textContent.trim();
        decided.push({ row, ids: told.ids });
        say(`${name}: ${told.text}`);
        take(told.ids);
        drawSeats(told.seats);
      }
    } catch {
      say(page.dataset.textFailed, true);
    } finally {
      busy.delete(row);
      row.removeAttribute('aria-busy');
      count();
    }
  }

  function giveBack(row, told) {
    for (const id of told.ids) {
      const back = page.querySelector(`[data-row="${id}"]`);
      if (back) back.hidden = false;
    }
    drawSeats(told.seats);
    say(told.text);
    select(row);
  }

  function takeBack() {
    const last = decided.pop();
    if (last) send(form(last.row, 'undo'));
  }

  function accept(row) {
    const word = row.querySelector('details[data-word]');
    if (word) {
      word.open = true;
      word.querySelector('input[type="text"]').focus();
      return;
    }
    const button = form(row, 'accept')?.querySelector('button');
    if (button && !button.disabled) send(form(row, 'accept'));
    else say(row.querySelector('.reasons')?.textContent.trim() || row.querySelector('[data-seats]').textContent.trim(), true);
  }

  function refuse(row) {
    const details = row.querySelector('details[data-refusing]');
    details.open = true;
    details.querySelector('select').focus();
  }

  function choose(row, number) {
    const reason = row.querySelector('details[data-refusing][open] select');
    if (!reason || number > reason.options.length) return false;
    reason.selectedIndex = number - 1;
    send(form(row, 'refuse'));
    return true;
  }

  page.addEventListener('submit', (event) => {
    if (!event.target.matches('form[data-do]')) return;
    event.preventDefault();
    select(event.target.closest('[data-row]'), false);
    send(event.target);
  });

  page.addEventListener('focusin', (event) => {
    const row = event.target.closest('[data-row]');
    if (row && row !== current) select(row, false);
  });

  undo.addEventListener('click', takeBack);

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const field = event.target.closest('input, textarea, select');
    if (event.key === 'Escape' && current) {
      for (const one of current.querySelectorAll('details')) one.open = false;
      select(current);
      return;
    }
    if (/^[1-9]$/.test(event.key) && current && (!field || field.matches('select'))) {
      if (choose(current, Number(event.key))) event.preventDefault();
      return;
    }
    if (field) return;
    // Ukrainian keyboards give other letters on the same keys.
    const key = event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : event.key;
    const acts = {
      j: () => step(1),
      ArrowDown: () => step(1),
      k: () => step(-1),
      ArrowUp: () => step(-1),
      a: () => current && accept(current),
      w: () => form(current, 'wait') && send(form(current, 'wait')),
      r: () => current && refuse(current),
      u: takeBack,
      '?': () => {
        help.open = !help.open;
      },
    };
    if (!acts[key]) return;
    event.preventDefault();
    acts[key]();
  });

  select(rows()[0], !document.querySelector('[autofocus], .notice-error'));
  count();
}
