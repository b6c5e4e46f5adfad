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
