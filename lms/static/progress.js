// Keeps every [data-progress-url] moving and draws the page anew when its job has ended.

const SECOND = 1000;
const SLOWEST = 30 * SECOND;
const ENDED = new Set(['finished', 'failed', 'cancelled']);

document.documentElement.classList.add('has-script');
for (const note of document.querySelectorAll('[data-progress-url]')) watch(note, SECOND);

async function watch(note, pause) {
  await new Promise((resume) => setTimeout(resume, pause));
  let job;
  try {
    const answer = await fetch(note.dataset.progressUrl, {
      headers: { Accept: 'application/json' },
      credentials: 'same-origin',
    });
    if (!answer.ok) throw new Error(String(answer.status));
    job = await answer.json();
  } catch {
    // No connection for now: the work goes on without this page, ask again a little later.
    watch(note, Math.min(pause * 2, SLOWEST));
    return;
  }
  show(note, job);
  if (ENDED.has(job.state)) location.reload();
  else watch(note, SECOND);
}

function show(note, { done, total, text = '' }) {
  const bar = note.querySelector('progress');
  const count = note.querySelector('[data-progress-count]');
  const words = note.querySelector('[data-progress-text]');
  bar.max = total || 1;
  bar.value = done;
  count.textContent = count.dataset.template.replace('{done}', done).replace('{total}', total);
  if (words && words.textContent !== text) words.textContent = text;
}
