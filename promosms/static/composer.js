// The composer: the server counts while one writes, and keeps the draft.
import { counting, part } from "./app.js";
import { prepare } from "./writing.js";

const form = document.querySelector("form[data-count]");
const saved = document.querySelector("[data-saved]");
let typing, waiting, saving, changed = false, elsewhere = false;

const count = counting(form);
prepare(form);

// Saving keeps what is written as it stands. One save follows the other, so that each knows the stamp of the last.
async function save() {
  clearTimeout(waiting);
  if (saving) await saving;
  if (!changed || elsewhere) return;
  changed = false;
  saving = keep();
  await saving;
  saving = undefined;
}
async function keep() {
  try {
    const fresh = await part(form.dataset.autosave, new FormData(form), form.elements.csrf_token.value);
    const state = fresh?.querySelector("small");
    if (!state) { changed = true; return; }
    saved.replaceChildren(state);
    elsewhere = state.dataset.elsewhere !== undefined;
    if (elsewhere || !state.dataset.draft) return;
    form.elements.stamp.value = state.dataset.stamp;
    if (form.elements.draft.value) return;
    form.elements.draft.value = state.dataset.draft;
    form.action = state.dataset.address;
    history.replaceState(null, "", state.dataset.address);
  } catch { changed = true; }
}

form.addEventListener("input", () => {
  changed = true;
  clearTimeout(typing);
  clearTimeout(waiting);
  typing = setTimeout(count, 350);
  waiting = setTimeout(save, 1500);
});

// What is being saved has to be known before the page leaves, or it would look like a change by somebody else.
form.addEventListener("submit", async (event) => {
  clearTimeout(waiting);
  changed = false;
  if (!saving) return;
  event.preventDefault();
  await saving;
  saving = undefined;
  form.requestSubmit(event.submitter);
});
addEventListener("pagehide", () => {
  if (changed && !elsewhere && !saving) navigator.sendBeacon(form.dataset.autosave, new FormData(form));
});

// The next person is shown without leaving the page.
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[value=next]");
  if (!button) return;
  event.preventDefault();
  form.elements.person.value = Number(form.elements.person.value || 0) + 1;
  button.blur();
  count();
});
