// The form of a segment: the server counts while one chooses.
import { part } from "./app.js";

const form = document.querySelector("form[data-count]");
const found = form.querySelector("[data-part=found]");
for (const tag of form.querySelectorAll("[data-without-script]")) tag.remove();
let waiting, running;

async function count() {
  running?.abort();
  running = new AbortController();
  try {
    const fresh = await part(form.dataset.count, new FormData(form), form.elements.csrf_token.value, running.signal);
    const piece = fresh?.querySelector("[data-part=found]");
    if (piece) found.replaceChildren(...piece.childNodes);
  } catch { /* the next change tries again */ }
}
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 350);
});
