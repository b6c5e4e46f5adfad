// The server counts what is written in a form: the parts of the page that show it are replaced.
import { part } from "./part.js";

export function counting(form) {
  let running;
  return async () => {
    running?.abort();
    running = new AbortController();
    try {
      const fresh = await part(form.dataset.count, new FormData(form), form.elements.csrf_token.value, running.signal);
      for (const piece of fresh?.querySelectorAll("[data-part]") ?? []) {
        const old = document.querySelector(`[data-part="${piece.dataset.part}"]`);
        if (!old.contains(document.activeElement)) old.replaceChildren(...piece.childNodes);
      }
    } catch { /* the next key tries again */ }
  };
}
