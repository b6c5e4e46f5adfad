// The page of a template: the server says while one writes what the text counts as.
import { counting } from "./app.js";
import { prepare } from "./writing.js";

const form = document.querySelector("form[data-count]");
const count = counting(form);
let waiting;

prepare(form);
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, 350);
});
