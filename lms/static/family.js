// Adds and removes a child's fields in a family's form without a round trip, and says at once
// where the age or the timetable does not fit, from what stands in [data-groups].
// <div data-family data-prefix="children" data-most="10">
//   <fieldset data-child>…<button name="remove_child" value="0" data-remove-child>…</fieldset>
//   <template data-child-template>…names and ids with __index__…</template>
//   <button name="add_child" value="1" data-add-child>…</button>
// </div>

for (const family of document.querySelectorAll('[data-family]')) enhance(family);

function enhance(family) {
  const template = family.querySelector('template[data-child-template]');
  const add = family.querySelector('[data-add-child]');
  if (!template || !add) return;
  document.documentElement.classList.add('has-script');
  const most = Number(family.dataset.most ?? 10);
  const prefix = family.dataset.prefix ?? 'children';

  function children() {
    return [...family.querySelectorAll('[data-child]')];
  }

  function newest() {
    const all = children();
    return all[all.length - 1];
  }

  function renumber() {
    const all = children();
    all.forEach((child, index) => number(child, prefix, index));
    for (const child of all) toggle(child.querySelector('[data-remove-child]'), all.length > 1);
    toggle(add, all.length < most);
    const several = family.querySelector('[data-several]');
    toggle(several, all.length > 1);
    if (several && all.length < 2) for (const tick of several.querySelectorAll('input')) tick.checked = false;
    for (const child of all) tell(child);
  }

  add.addEventListener('click', (event) => {
    event.preventDefault();
    const fresh = template.content.cloneNode(true);
    const last = newest();
    if (last) last.after(fresh);
    else template.before(fresh);
    renumber();
    newest()?.querySelector('input:not([type=hidden]), select, textarea')?.focus();
  });

  family.addEventListener('click', (event) => {
    const button = event.target.closest('[data-remove-child]');
    if (!button || children().length < 2) return;
    event.preventDefault();
    button.closest('[data-child]').remove();
    renumber();
    add.focus();
  });

  family.addEventListener('change', (event) => {
    const child = event.target.closest('[data-child]');
    if (child) tell(child);
  });

  renumber();
}

function tell(child) {
  const told = document.querySelector('[data-groups]');
  if (!told) return;
  const groups = [...child.querySelectorAll('input[type=checkbox]:checked')]
    .map((tick) => told.querySelector(`[data-group="${CSS.escape(tick.value)}"]`))
    .filter(Boolean);
  say(child.querySelector('[data-said-age]'), misfit(told, groups, child.querySelector('input[type=date]')?.value));
  say(child.querySelector('[data-said-clash]'), clash(told, groups));
}

function say(place, sentence) {
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

function misfit(told, groups, born) {
  if (!/^(19|20)\d\d-\d\d-\d\d$/.test(born ?? '')) return '';
  for (const group of groups) {
    const { from, to, day, name, ages } = group.dataset;
    const age = ageOn(born, day);
    if (from && (age < Number(from) || age > Number(to))) return fill(told.dataset.age, { age, group: name, ages });
  }
  return '';
}

function ageOn(born, day) {
  return Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - (day.slice(5) < born.slice(5) ? 1 : 0);
}

function clash(told, groups) {
  for (const [place, one] of groups.entries()) {
    for (const other of groups.slice(place + 1)) {
      const moment = firstClash(moments(one), moments(other));
      if (moment) return fill(told.dataset.clash, { first: one.dataset.name, second: other.dataset.name, when: when(moment) });
    }
  }
  return '';
}

function moments(group) {
  return (group.dataset.moments.match(/\d+:\d+/g) ?? []).map((each) => each.split(':').map(Number));
}

// Real moments are compared, so that every second week does not clash with the weeks between.
function firstClash(one, other) {
  const found = one.flatMap(([begins, minutes]) => other
    .filter(([start, length]) => begins < start + length && start < begins + minutes)
    .map(([start]) => Math.max(begins, start)));
  return found.length ? Math.min(...found) : 0;
}

function when(minutes) {
  const options = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Kyiv' };
  return new Intl.DateTimeFormat(document.documentElement.lang === 'en' ? 'en-GB' : 'uk', options).format(new Date(minutes * 60000));
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function toggle(control, isShown) {
  if (control) control.hidden = !isShown;
}

// «children-2-name» and «children-__index__-name» become «children-1-name», wherever they are named.
function number(child, prefix, index) {
  const place = new RegExp(`\\b${prefix}-(?:\\d+|__index__)(?=-|\\b)`, 'g');
  const attributes = ['id', 'name', 'for', 'aria-describedby', 'aria-labelledby'];
  for (const node of [child, ...child.querySelectorAll('*')]) {
    for (const attribute of attributes) {
      const value = node.getAttribute(attribute);
      if (value) node.setAttribute(attribute, value.replace(place, `${prefix}-${index}`));
    }
  }
  for (const label of child.querySelectorAll('[data-child-number]')) label.textContent = index + 1;
  child.querySelector('[data-remove-child]')?.setAttribute('value', index);
}
