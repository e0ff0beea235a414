// Asks on the spot about an address that looks mistyped: one tap takes what was probably meant.
// The same rules as in lms/enrolment/addresses.py, which asks whoever has no script.

const BRANDS = { gmail: 'gmail.com', gmai: 'gmail.com', gmal: 'gmail.com', gmial: 'gmail.com', ukr: 'ukr.net', ukrnet: 'ukr.net', icloud: 'icloud.com' };

for (const part of document.querySelectorAll('[data-address]')) watch(part);

function watch(part) {
  const field = part.querySelector('input[type=email]');
  const kept = part.querySelector('input[type=hidden]');
  if (!field || !kept) return;
  const asking = document.createElement('div');
  asking.className = 'address-meant';
  asking.setAttribute('role', 'status');
  field.after(asking);
  field.addEventListener('change', () => {
    const meant = kept.value === field.value.trim() ? '' : suggest(field.value.trim(), part.dataset.domains.split(' '));
    asking.replaceChildren();
    for (const old of part.querySelectorAll('p.address-meant')) old.remove();
    if (!meant) return;
    // Asked here, the server need not ask again.
    kept.value = field.value.trim();
    const question = document.createElement('p');
    question.textContent = part.dataset.question.replace('{address}', meant);
    asking.append(question, button(part.dataset.yes, 'btn-secondary', () => { field.value = meant; }), button(part.dataset.no, 'btn-quiet', () => {}));
  });

  function button(words, kind, act) {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = `btn ${kind}`;
    made.textContent = words;
    made.addEventListener('click', () => {
      act();
      asking.replaceChildren();
      field.focus();
    });
    return made;
  }
}

function suggest(typed, domains) {
  const at = typed.lastIndexOf('@');
  const domain = typed.slice(at + 1).toLowerCase().replace(/\.+$/, '');
  if (at < 1 || domains.includes(domain)) return '';
  const [brand, next] = domain.split('.');
  const isBrand = domain.split('.').length < 3 || ['com', 'net'].includes(next);
  const meant = (isBrand && BRANDS[brand]) || nearest(domain, domains);
  return meant ? `${typed.slice(0, at)}@${meant}` : '';
}

function nearest(domain, domains) {
  if (domain.length < 6) return '';
  const most = domain.length >= 9 ? 2 : 1;
  const [distance, known] = domains.map((each) => [slips(domain, each), each]).sort((a, b) => a[0] - b[0])[0];
  return distance <= most && known.length >= 6 ? known : '';
}

// How many letters were added, left out, mistaken or swapped (optimal string alignment).
function slips(one, other) {
  const rows = [...Array(one.length + 1)].map((_, i) => [i, ...Array(other.length).fill(0)]);
  for (let j = 1; j <= other.length; j += 1) rows[0][j] = j;
  for (let i = 1; i <= one.length; i += 1) {
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost);
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isSwapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[one.length][other.length];
}
