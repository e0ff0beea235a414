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

  for (const row of rows) {
    refresh(row);
    row.addEventListener('change', () => changed(row, false));
    row.addEventListener('click', (event) => cycle(event, row, register, changed));
  }

  register.querySelector('[data-fill]')?.addEventListener('click', (event) => {
    const value = event.currentTarget.dataset.fill;
    for (const row of rows.filter((each) => !each.dataset.mark)) {
      if (choose(row, value)) changed(row, false);
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
  if (event.target.closest('a, button, details')) return;
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

function refresh(row) {
  row.dataset.mark = row.querySelector('input[type=radio]:checked')?.value ?? '';
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
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: new FormData(register),
        headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' },
        credentials: 'same-origin',
        redirect: 'manual',
      });
      if (!answer.ok) throw new Error(String(answer.status));
      accept(await answer.json());
    } catch {
      say('failed');
    }
    isBusy = false;
    if (touched.size) later();
  }

  function accept({ version, marks = {}, conflicts = [] }) {
    const field = register.elements.version;
    if (field && version !== undefined) field.value = version;
    for (const row of rows) takeFromOthers(row, marks);
    say('saved', conflicts.length ? conflicts.join(' ') : undefined);
  }

  // What somebody else marked meanwhile is shown, unless this row was tapped since.
  function takeFromOthers(row, marks) {
    const name = row.querySelector('input[type=radio]')?.name;
    if (touched.has(row) || !(name in marks)) return;
    choose(row, marks[name]);
    refresh(row);
  }

  function later(row) {
    if (!url) return;
    if (row) touched.add(row);
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  return { later };
}
