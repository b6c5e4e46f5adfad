// One box in the head of a table ticks all the others.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  const boxes = all.form.querySelectorAll(`input[name="${all.dataset.tickAll}"]`);
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
}
