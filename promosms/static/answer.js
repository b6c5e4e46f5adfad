// The box below a conversation: the server counts while one writes, and the button says the price.
import { counting } from "./app.js";

const form = document.querySelector("form[data-count]");
const text = form.elements.text;
const count = counting(form);
let waiting;

text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 350);
});
// The browser may bring back what was written when somebody returns to the page.
addEventListener("pageshow", () => { if (text.value) count(); });
for (const tag of form.querySelectorAll("[data-without-script]")) tag.remove();
