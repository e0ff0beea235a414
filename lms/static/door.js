// Counts the minutes that a door stays open, and those who entered; closes the page's eyes in time.

const door = document.querySelector('[data-door]');
const full = document.querySelector('[data-full]');
if (full && document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener('click', () => document.documentElement.requestFullscreen());
}
if (door) {
  const until = Date.parse(door.dataset.until);
  const left = door.querySelector('[data-left]');
  const tick = () => {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    left.textContent = `(${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')})`;
    if (!seconds) location.reload();
  };
  tick();
  setInterval(tick, 1000);
  setInterval(count, 10000);
}

async function count() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const told = page.querySelector('[data-entered]');
  if (told) door.querySelector('[data-entered]').textContent = told.textContent;
}
