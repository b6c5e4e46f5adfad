// The proof of work of a form: a sum (ALTCHA, PBKDF2) that the browser solves while one types.
// WebCrypto works beside the page, so that nothing stands still. Without it the form goes as it is.

const FRESH = 60; // seconds that a solution must still be good for
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve({ parameters, signature, tries }, tell) {
  const { nonce, salt, cost, keyLength, keyPrefix } = parameters;
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const last = new DataView(password.buffer, password.length - 4);
  for (let counter = 0; counter < tries; counter += 1) {
    last.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) {
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey } }));
    }
    tell(counter / tries);
  }
  return "";
}

for (const box of document.querySelectorAll("[data-proof]")) {
  const form = box.closest("form");
  const field = box.querySelector("input");
  const bar = box.querySelector("progress");
  let running = null, until = 0, done = false, ready = false;

  // Only when one waits for it: a bar that moves while one types would only disturb.
  async function prove() {
    done = false;
    try {
      const answer = await fetch(box.dataset.proof, { cache: "no-store" });
      if (!answer.ok) throw new Error("none");
      const challenge = await answer.json();
      until = challenge.parameters.expiresAt;
      field.value = await solve(challenge, (part) => { bar.value = part; });
    } catch { field.value = ""; }
    done = true;
  }
  const begin = () => { running ??= prove(); return running; };
  const old = () => field.value && until - Date.now() / 1000 < FRESH;

  form.addEventListener("input", begin);
  form.addEventListener("focusin", begin);
  if (!form.querySelector("input:not([type=hidden], [hidden] *)")) begin();

  form.addEventListener("submit", async (event) => {
    if (ready || (done && !old())) return;
    event.preventDefault();
    box.hidden = false;
    if (done) running = null;
    await begin();
    ready = true;
    // Not at once: while a form is being sent it cannot be sent again.
    setTimeout(() => form.requestSubmit());
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) { running = null; done = ready = false; field.value = ""; box.hidden = true; }
  });
}
