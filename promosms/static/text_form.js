// What the composer and the page of a template share: details of people go in at the cursor, and another kind of text
// brings its line.
import { writing } from "./writing.js";

export function prepare(form) {
  // Another kind of text brings what is usual for it: the line in promotional texts, none in service texts.
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "kind") return;
    form.elements.opt_out_line.checked = target.value === "promotional";
    form.elements.line_for.value = target.value;
  });

  const first = form.querySelector("[data-first-details]");
  const details = [...form.querySelectorAll("[data-insert]")];
  const insert = writing(
    form.querySelector("textarea[name=text]"),
    details.map((item) => [item.dataset.insert, item.dataset.label]),
    first.dataset.either,
    form.querySelector("[data-word]"),
  );
  for (const item of details) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = item.dataset.label;
    button.addEventListener("click", () => insert(item.dataset.insert));
    // What most texts use is at hand; the rest is behind a press.
    if (/first_name|last_name/.test(item.dataset.insert)) {
      first.append(button);
      item.remove();
    } else {
      item.replaceChildren(button);
    }
  }

  for (const tag of form.querySelectorAll("[data-without-script]")) tag.remove();
  for (const tag of form.querySelectorAll("[data-with-script]")) tag.hidden = false;
}
