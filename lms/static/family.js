// Adds and removes a child's fields in a family's form without a round trip.
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

  renumber();
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
