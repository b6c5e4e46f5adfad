// A button that copies a field, or the words of another element; without script they can be selected.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.querySelector("[role=status]").textContent = button.dataset.copied;
  });
}
