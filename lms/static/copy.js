// A button that copies the text beside it: <div data-copy data-done="…" data-not="…">.

for (const part of document.querySelectorAll('[data-copy]')) {
  const button = part.querySelector('button');
  const text = part.querySelector('input, textarea');
  const said = part.querySelector('[role=status]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    text.select();
    // Outside HTTPS, and in some messengers, there is no clipboard to write to: the old way remains.
    const isDone = await navigator.clipboard?.writeText(text.value).then(() => true, () => false) ?? document.execCommand('copy');
    said.textContent = isDone ? part.dataset.done : part.dataset.not;
  });
}
