// Small improvements for browsers with script; every page works without them.
// What several scripts need stands here: each file of its own costs a page another answer.

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
    const count = fresh.querySelector("[data-waiting]");
    count?.remove();
    for (const old of count ? document.querySelectorAll("[data-waiting]") : []) old.replaceWith(count.cloneNode(true));
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

// A part of a page, as the server renders it; nothing where there is none, or somebody was signed out.
// The browser itself reads it as a document: no script makes a page out of text, so none has to be
// trusted with that (require-trusted-types-for in the content policy). Scripts in it do not run.
export function part(url, form, token, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", url);
    request.responseType = "document";
    request.setRequestHeader("X-Partial", "1");
    if (token) request.setRequestHeader("X-CSRFToken", token);
    request.onload = () => {
      const redirected = request.responseURL !== new URL(url, location.href).href;
      const fine = request.status >= 200 && request.status < 300 && !redirected;
      resolve(fine ? request.response?.querySelector("[data-partial]") : null);
    };
    request.onerror = request.onabort = reject;
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

// The server counts what is written in a form: the parts of the page that show it are replaced.
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
