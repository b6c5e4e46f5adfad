// The rows that are chosen: how many they are, and a button that chooses all of the page.
for (const count of document.querySelectorAll("[data-chosen]")) {
  const form = count.closest("form");
  const boxes = [...form.querySelectorAll(`input[name="${count.dataset.chosen}"]`)];
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = count.dataset.words.replace("#", chosen);
  };
  for (const all of form.querySelectorAll("[data-tick-all]")) {
    all.hidden = false;
    all.addEventListener("click", () => {
      for (const box of boxes) box.checked = true;
      show();
    });
  }
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}
