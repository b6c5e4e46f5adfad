// Passwords: a button that shows what was typed, and one that takes the suggestion of the page.

function showable(box) {
  const label = box.querySelector("label");
  const field = document.getElementById(label.htmlFor);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  label.id = `${field.id}-label`;
  button.setAttribute("aria-controls", field.id);
  button.setAttribute("aria-describedby", label.id);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? box.dataset.hide : box.dataset.show;
  };
  button.addEventListener("click", () => show(field.type === "password"));
  // Browsers offer to remember passwords only.
  field.form.addEventListener("submit", () => show(false));
  show(false);
  box.append(button);
  return { field, show };
}

const boxes = Array.from(document.querySelectorAll("[data-show]"), showable);

// Without script one reads the suggestion and types it; here one press takes and shows it.
for (const part of document.querySelectorAll("[data-take]")) {
  const { field, show } = boxes.find((box) => box.field.id === part.dataset.take);
  const button = document.createElement("button");
  const note = document.createElement("small");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = part.querySelector("summary").textContent;
  note.setAttribute("role", "status");
  button.addEventListener("click", () => {
    field.value = part.querySelector("code").textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    show(true);
    field.focus();
    note.textContent = part.dataset.taken;
  });
  part.replaceWith(button, note);
}
