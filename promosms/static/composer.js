// The composer: the server counts while one writes, and placeholders go in at the cursor.
import { part } from "./part.js";

const form = document.querySelector("form[data-count]");
const text = form.querySelector("textarea[name=text]");
const counter = form.querySelector("[data-counter]");
let waiting, running;

async function count() {
  running?.abort();
  running = new AbortController();
  try {
    const token = form.elements.csrf_token.value;
    const fresh = await part(form.dataset.count, new FormData(form), token, running.signal);
    if (fresh) counter.replaceChildren(...fresh.childNodes);
  } catch { /* the next key tries again */ }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 350);
});

for (const code of form.querySelectorAll("[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  button.textContent = code.textContent;
  button.addEventListener("click", () => {
    text.setRangeText(code.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  code.replaceWith(button);
}

for (const button of form.querySelectorAll("[data-without-script]")) button.remove();
