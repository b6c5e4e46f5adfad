// Small improvements for browsers with script; every page works without them.
import { part } from "./part.js";

// A question before what cannot be undone. Listening on the document reaches live parts too.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// The summary of errors is read first, and from there one gets to the fields.
document.querySelector(".errors")?.focus();

// One press sends a form once.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  for (const button of event.target.querySelectorAll("button:not([name])")) {
    setTimeout(() => { button.disabled = true; });
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled:not([data-off])")) button.disabled = false;
});

// Live parts: a region with data-refresh="URL" is replaced by what the server renders there.
async function refresh(region) {
  try {
    const fresh = await part(region.dataset.refresh);
    if (!fresh) return;
    const read = region.contains(document.activeElement);
    if (!read) region.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.title) document.title = fresh.dataset.title;
    if (fresh.dataset.every) region.dataset.every = fresh.dataset.every;
    // A part of a form that is being filled in: the page around it stays.
    if (fresh.dataset.done === "stay") return read ? wait(region) : undefined;
    // What stands around the region was made for a state that is over.
    if (fresh.dataset.done !== undefined) {
      if (!document.activeElement?.closest("form")) location.reload();
      return;
    }
    wait(region);
  } catch { wait(region); }
}
function wait(region) {
  const seconds = Number(region.dataset.every || 2);
  setTimeout(() => (document.hidden ? wait(region) : refresh(region)), seconds * 1000);
}
for (const region of document.querySelectorAll("[data-refresh]")) wait(region);

// What has succeeded is said in a toast: it goes after eight seconds unless somebody is reading it.
for (const toast of document.querySelectorAll(".toast[data-close]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = toast.dataset.close;
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
  toast.classList.add("shown");
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}
