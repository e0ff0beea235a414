// Shows the hours on the visitor's own wall beside Kyiv's, only where they differ.
// The server tells them from the moments of the sessions themselves, so a change of the clocks in
// between is told rightly; this module only finds the zone and puts the sentences in their places.

const list = document.querySelector('[data-zones]');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (list && zone && !list.dataset.zone && !/^(Europe\/(Kyiv|Kiev|Uzhgorod|Zaporozhye)|UTC)$/.test(zone)) show(zone);

async function show(zone) {
  const address = new URL(location.href);
  address.searchParams.set('zone', zone);
  const answer = await fetch(address, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const told of page.querySelectorAll('[data-there]:not([hidden])')) {
    const place = list.querySelector(`[data-there="${told.dataset.there}"]`);
    if (!place) continue;
    place.textContent = told.textContent;
    place.hidden = false;
    const here = told.closest('.cohort').querySelector('.cohort-when');
    place.closest('.cohort').querySelector('.cohort-when').replaceChildren(...here.childNodes);
  }
}
