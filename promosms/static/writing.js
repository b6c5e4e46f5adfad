// The box in which a text is written: a detail of a person is a pill there. The form sends the textarea
// behind it, with {first_name|there} where the pill stands.

// As sms/personalise.py reads a text: a doubled brace is one brace, and never begins a detail.
const TOKEN = /\{\{|\}\}|\{([ -]*[\p{L}\p{N}_][\p{L}\p{N}_ -]*)(?:\|([^{}]*))?\}/gu;
const BRACE_BEFORE = /(?:^|[^{])(?:\{\{)*\{$/;
const lines = (written) => written.replace(/\r\n?/g, "\n");
const folded = (name) => name.normalize("NFC").toLowerCase().replace(/[\s_-]+/g, "");

// `details` are pairs of a placeholder and its label, `either` the words of a pill with a word for people
// without that detail ("#1 or “#2”"), `panel` has the field for that word. Returns what inserts a text.
function writing(field, details, either, panel) {
  const labels = new Map(details.map(([placeholder, label]) => [folded(nameOf(placeholder)), label]));
  const box = document.createElement("div");
  const word = panel.querySelector("input");
  const past = [], ahead = [];
  let text = field.value, caret = text.length, typing = false, asked = null, worded = false;

  function nameOf(token) { return token.slice(1, -1).split("|", 1)[0]; }
  function wordOf(token) { return token.slice(1, -1).split("|").slice(1).join("|").trim(); }

  // Strings, and [placeholder] for each pill.
  function pieces(all) {
    const found = [];
    let from = 0;
    for (const match of all.matchAll(TOKEN)) {
      if (!match[1] || !labels.has(folded(match[1]))) continue;
      if (match.index > from) found.push(all.slice(from, match.index));
      found.push([match[0]]);
      from = match.index + match[0].length;
    }
    return from < all.length ? [...found, all.slice(from)] : found;
  }

  function pill([token]) {
    const tag = document.createElement("span");
    const label = labels.get(folded(nameOf(token)));
    const parts = { "#1": label, "#2": wordOf(token) };
    tag.className = "token";
    tag.contentEditable = "false";
    tag.tabIndex = 0;
    tag.setAttribute("role", "button");
    tag.setAttribute("aria-expanded", "false");
    tag.dataset.token = token;
    tag.textContent = parts["#2"] ? either.replace(/#[12]/g, (place) => parts[place]) : label;
    return tag;
  }
  const pills = () => [...box.querySelectorAll("[data-token]")];

  // A line break at the end makes a last empty line visible; it is no part of the text.
  function end() {
    const line = document.createElement("br");
    line.dataset.end = "";
    return line;
  }

  function show(at) {
    box.replaceChildren(...pieces(text).map((piece) => (Array.isArray(piece) ? pill(piece) : piece)), end());
    if (at !== undefined) place(at);
  }

  function read(root) {
    let all = "";
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) all += node.data;
      else if (node.dataset.token) all += (BRACE_BEFORE.test(all) ? "{" : "") + node.dataset.token;
      else if (node.nodeName === "BR") all += node === box.lastChild || "end" in node.dataset ? "" : "\n";
      else all += (node.nodeName === "DIV" && all && !all.endsWith("\n") ? "\n" : "") + read(node);
    }
    return all.replaceAll("\r", "");
  }
  const settled = () => "end" in (box.lastChild?.dataset ?? {}) && [...box.childNodes].slice(0, -1).every(
    (node) => (node.nodeType === Node.TEXT_NODE ? pieces(node.data).every((one) => !Array.isArray(one))
      : node.dataset.token));

  // Places in the text, and in the box.
  function offset(node, at) {
    const range = document.createRange();
    const inside = (node.nodeType === Node.TEXT_NODE ? node.parentNode : node).closest("[data-token]");
    range.selectNodeContents(box);
    if (inside) range.setEndAfter(inside);
    else range.setEnd(node, at);
    return read(range.cloneContents()).length;
  }
  const both = (range) => [offset(range.startContainer, range.startOffset), offset(range.endContainer, range.endOffset)];
  const here = () => {
    const selection = getSelection();
    return selection.rangeCount && box.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
  };
  const selected = () => (here() ? both(here()) : [caret, caret]);
  function place(at) {
    const range = document.createRange();
    for (const node of box.childNodes) {
      const typed = node.nodeType === Node.TEXT_NODE;
      const length = typed ? node.length : node.dataset.token?.length ?? 0;
      if (typed && at <= length) range.setStart(node, Math.max(at, 0));
      else range.setStartBefore(node);
      if (at <= (typed ? length : 0)) break;
      at -= length;
    }
    range.collapse(true);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  // Letters typed one after the other are undone together, word by word.
  function remember(next, at) {
    const letter = next.length === text.length + 1 && /\S/.test(next[at - 1] ?? " ");
    if (!letter || !typing) past.push([text, caret]);
    typing = letter;
    ahead.length = 0;
  }
  function tell() {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function edit([from, to], piece) {
    const next = text.slice(0, from) + piece + text.slice(to);
    caret = from + piece.length;
    remember(next, caret);
    text = next;
    box.focus();
    show(caret);
    tell();
  }
  function back(from, to) {
    if (!from.length) return;
    to.push([text, caret]);
    [text, caret] = from.pop();
    typing = false;
    show(caret);
    tell();
  }
  // What the browser wrote is taken over; only where it is no plain text and pills is it shown anew.
  function settle() {
    box.normalize();
    const next = read(box), [, at] = selected();
    if (next !== text) remember(next, at);
    [text, caret] = [next, at];
    field.value = text;
    if (!settled()) show(at);
  }

  box.addEventListener("input", (event) => {
    if (event.isComposing) field.value = read(box);
    else settle();
  });
  box.addEventListener("compositionend", settle);
  box.addEventListener("beforeinput", (event) => {
    if (!event.isComposing && handled(event)) event.preventDefault();
  });
  function handled(event) {
    const kind = event.inputType, range = here();
    if (kind === "historyUndo") { back(past, ahead); return true; }
    if (kind === "historyRedo") { back(ahead, past); return true; }
    if (kind.startsWith("format")) return true;
    if (!range) return false;
    if (kind.startsWith("delete")) return removed(kind, range);
    const written = /^insert(Paragraph|LineBreak)$/.test(kind) ? "\n"
      : event.data ?? event.dataTransfer?.getData("text/plain");
    if (!kind.startsWith("insert") || !written) return false;
    // The browser itself writes letters between letters, with its help for spelling.
    const letters = range.collapsed && range.startContainer.nodeType === Node.TEXT_NODE;
    if (kind === "insertText" && letters && !/[\r\n]/.test(written)) return false;
    edit(both(event.getTargetRanges()[0] ?? range), lines(written));
    return true;
  }
  function removed(kind, range) {
    const [from, to] = both(range);
    if (from < to) { edit([from, to], ""); return true; }
    const near = pills().find((tag) => {
      const after = offset(tag, 0);
      return (kind.endsWith("Backward") ? after : after - tag.dataset.token.length) === from;
    });
    if (near) remove(near);
    return Boolean(near);
  }
  function remove(tag) {
    const after = offset(tag, 0);
    panel.hidden = true;
    edit([after - tag.dataset.token.length, after], "");
  }

  // Before the browser reads the look of what is pasted.
  box.addEventListener("paste", (event) => {
    event.preventDefault();
    edit(selected(), lines(event.clipboardData.getData("text/plain")));
  });
  for (const kind of ["copy", "cut"]) {
    box.addEventListener(kind, (event) => {
      const [from, to] = selected();
      if (from === to) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", text.slice(from, to));
      if (kind === "cut") edit([from, to], "");
    });
  }

  box.addEventListener("keydown", (event) => {
    const tag = event.target.closest("[data-token]");
    const key = event.key.toLowerCase();
    if (tag && (key === "enter" || key === " ")) ask(tag);
    else if (tag && (key === "backspace" || key === "delete")) remove(tag);
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && key === "z" && !event.shiftKey) back(past, ahead);
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y")) back(ahead, past);
    else return;
    event.preventDefault();
  });

  // The word for people without a detail.
  function ask(tag) {
    close();
    asked = pills().indexOf(tag);
    worded = false;
    tag.setAttribute("aria-expanded", "true");
    word.value = wordOf(tag.dataset.token);
    panel.hidden = false;
    word.focus();
    word.select();
  }
  function close() {
    panel.hidden = true;
    for (const tag of pills()) tag.setAttribute("aria-expanded", "false");
  }
  function done() {
    const tag = pills()[asked];
    close();
    box.focus();
    place(caret = tag ? offset(tag, 0) : text.length);
  }
  box.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-token]");
    if (tag) ask(tag);
    else close();
  });
  word.addEventListener("input", () => {
    const tag = pills()[asked];
    if (!tag) return;
    const after = offset(tag, 0), old = tag.dataset.token;
    const given = word.value.replace(/[{}\n]/g, "").trim();
    if (!worded) past.push([text, caret]);
    [worded, typing, ahead.length] = [true, false, 0];
    text = `${text.slice(0, after - old.length)}{${nameOf(old)}${given && `|${given}`}}${text.slice(after)}`;
    field.value = text;
    show();
    pills()[asked].setAttribute("aria-expanded", "true");
  });
  panel.addEventListener("keydown", (event) => {
    if (event.target !== word || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    done();
  });
  panel.querySelector("[data-done]").addEventListener("click", done);
  panel.querySelector("[data-remove]").addEventListener("click", () => {
    const tag = pills()[asked];
    if (tag) remove(tag);
  });

  // The box takes the place of the field: its name, its hints, its errors, and the link of its error.
  const label = field.labels[0];
  box.className = "writing";
  box.tabIndex = 0;
  try { box.contentEditable = "plaintext-only"; } catch { box.contentEditable = "true"; }
  label.id = `${field.id}-label`;
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-labelledby", label.id]]) {
    box.setAttribute(name, value);
  }
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (field.hasAttribute(name)) box.setAttribute(name, field.getAttribute(name));
  }
  label.removeAttribute("for");
  label.addEventListener("click", () => box.focus());
  const active = document.activeElement === field;
  if (active) caret = field.selectionStart;
  [box.id, field.id] = [field.id, `${field.id}-plain`];
  show();
  field.after(box);
  field.hidden = true;
  if (active) { box.focus(); place(caret); }
  box.addEventListener("blur", () => { [, caret] = selected(); });
  // The browser may bring back what was written when somebody returns to the page.
  addEventListener("pageshow", () => {
    if (field.value === text) return;
    text = field.value;
    caret = text.length;
    show();
  });
  return (piece) => edit(selected(), piece);
}

// What the composer and the page of a template share: details go in at the cursor, and a kind brings its line.
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
