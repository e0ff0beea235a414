// Makes the register quicker; everything here also works by radios and «Done» alone.
// The form: <form data-register data-save-url="…">, rows by the macro mark_control.

const CYCLE = ['present', 'absent', 'excused', 'late'];
const PAUSE = 500;

const form = document.querySelector('form[data-register]');

if (form) {
  document.documentElement.classList.add('has-script');
  // An older browser that cannot fold the row away shows all five marks instead.
  if (CSS.supports('selector(:has(a))')) form.classList.add('is-quick');
  enhance(form);
}

function enhance(register) {
  const rows = [...register.querySelectorAll('[data-mark-row]')];
  const count = register.querySelector('[data-register-count]');
  const live = register.querySelector('[data-register-live]');
  const saver = makeSaver(register, rows);

  function changed(row, isSpoken) {
    refresh(row);
    const done = rows.filter((each) => each.dataset.mark).length;
    if (count) count.textContent = fill(count.dataset.template, done, rows.length);
    if (live && isSpoken) live.textContent = `${nameOf(row)}: ${wordsOf(row)}`;
    saver.later(row);
  }

  register.addEventListener('change', (event) => {
    if (!event.target.closest('[data-mark-row]') && event.target.name !== 'reason') saver.later();
  });

  for (const row of rows) {
    refresh(row);
    row.addEventListener('change', () => changed(row, false));
    row.addEventListener('click', (event) => cycle(event, row, register, changed));
  }

  register.querySelector('[data-fill]')?.addEventListener('click', (event) => {
    const value = event.currentTarget.dataset.fill;
    for (const row of rows.filter((each) => !each.dataset.mark)) {
      // Whose family said that they will not come is excused, not present.
      if (choose(row, row.dataset.suggest || value)) {
        changed(row, false);
        saver.filled(row);
      }
    }
    if (live && count) live.textContent = count.textContent;
  });

  register.querySelector('[data-all-marks]')?.addEventListener('click', (event) => {
    const isQuick = register.classList.toggle('is-quick');
    event.currentTarget.setAttribute('aria-pressed', String(!isQuick));
  });
}

// One tap anywhere on a compact row takes the next mark. Arrow keys click a radio too, but without
// a pointer (detail 0): those are left to the browser.
function cycle(event, row, register, changed) {
  const onName = event.target.closest('legend');
  const isCompact = register.classList.contains('is-quick') && !matchMedia('(min-width: 48rem)').matches;
  if (event.target.closest('a, button, details, .mark-mode')) return;
  if (!onName && !(isCompact && event.detail > 0)) return;
  event.preventDefault();
  const offered = CYCLE.filter((value) => radio(row, value));
  const next = offered[(offered.indexOf(row.dataset.mark) + 1) % offered.length];
  // A browser puts the old radio back after a prevented click: choose after it has done so.
  setTimeout(() => {
    if (choose(row, next)) changed(row, true);
  });
}

function radio(row, value) {
  return row.querySelector(`input[type=radio][value="${CSS.escape(value)}"]`);
}

function choose(row, value) {
  const input = radio(row, value);
  if (!input || input.checked || input.disabled) return false;
  input.checked = true;
  return true;
}

// «Clear» chooses no mark: the row goes back to blank, and a later tap begins the cycle anew.
function refresh(row) {
  const chosen = row.querySelector('input[type=radio]:checked');
  if (chosen?.value === 'none') chosen.checked = false;
  row.dataset.mark = row.querySelector('input[type=radio]:checked')?.value ?? '';
}

function put(row, value) {
  if (value) choose(row, value);
  else for (const input of row.querySelectorAll('input[type=radio]')) input.checked = false;
  refresh(row);
}

function fieldOf(row) {
  return row.querySelector('input[type=radio]')?.name;
}

function numberOf(row) {
  return fieldOf(row).slice('mark-'.length);
}

function nameOf(row) {
  return row.querySelector('.mark-name')?.textContent.trim() ?? '';
}

function wordsOf(row) {
  return row.querySelector(':checked + .mark-face .mark-words')?.textContent.trim() ?? '';
}

function fill(template, done, total) {
  return template.replace('{done}', done).replace('{total}', total);
}

// One request at a time, so that marks arrive in the order in which they were tapped.
function makeSaver(register, rows) {
  const url = register.dataset.saveUrl;
  const note = register.querySelector('[data-saving]');
  const touched = new Set();
  const fills = new Set();
  let timer = 0;
  let isBusy = false;

  function say(state, text) {
    if (!note) return;
    note.dataset.state = state;
    note.textContent = text ?? note.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`] ?? '';
  }

  async function save() {
    if (isBusy) return;
    isBusy = true;
    touched.clear();
    say('saving');
    const body = new FormData(register);
    for (const row of fills) body.append('filled', numberOf(row));
    fills.clear();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' },
        credentials: 'same-origin',
        redirect: 'manual',
      });
      if (answer.status === 422) say('failed', (await answer.json()).errors.join(' '));
      else if (!answer.ok) throw new Error(String(answer.status));
      else accept(await answer.json());
    } catch {
      say('failed');
    }
    isBusy = false;
    if (touched.size) later();
  }

  function accept({ version, marks = {}, seen = {}, conflicts = [], notice = '' }) {
    const field = register.elements.version;
    if (field && version !== undefined) field.value = version;
    for (const [name, value] of Object.entries(seen)) {
      if (register.elements[name]) register.elements[name].value = value;
    }
    for (const row of rows) takeFromOthers(row, marks);
    for (const each of register.querySelectorAll('[data-clash]')) each.remove();
    for (const clash of conflicts) showClash(clash);
    if (conflicts.length || notice) say('failed', notice || register.dataset.textClash);
    else say('saved');
  }

  // Two people changed the same mark: both are shown under the row, one tap settles it.
  function showClash({ mark, text, seen, choices }) {
    const row = rows.find((each) => fieldOf(each) === mark);
    if (!row) return;
    const box = document.createElement('div');
    box.className = 'notice notice-warning';
    box.dataset.clash = '';
    box.setAttribute('role', 'alert');
    const words = document.createElement('p');
    words.textContent = text;
    const buttons = document.createElement('div');
    buttons.className = 'buttons';
    for (const choice of choices) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-secondary';
      button.textContent = choice.words;
      button.addEventListener('click', () => settle(row, choice.mark, seen, box));
      buttons.append(button);
    }
    const body = document.createElement('div');
    body.append(words, buttons);
    box.append(body);
    row.after(box);
    box.scrollIntoView({ block: 'nearest' });
  }

  function settle(row, chosen, seen, box) {
    const [status, mode] = chosen.split('.');
    register.elements[`seen-${numberOf(row)}`].value = seen;
    put(row, status);
    const online = row.querySelector('.mark-mode input');
    if (online && mode) online.checked = mode === 'online';
    box.remove();
    later(row);
  }

  function filled(row) {
    fills.add(row);
  }

  // What somebody else marked meanwhile is shown, unless this row was tapped since.
  function takeFromOthers(row, marks) {
    const name = fieldOf(row);
    if (touched.has(row) || !(name in marks)) return;
    put(row, marks[name]);
  }

  function later(row) {
    if (!url) return;
    if (row) {
      touched.add(row);
      fills.delete(row);
    }
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  return { later, filled };
}
