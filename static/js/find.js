// The search over everything, from any page: / or Ctrl+K leads to it, and what fits shows while one types.
// Without a script the form leads to a page that shows the same.
const store = "seatledger.keys"; // as keys.js keeps it
const form = document.querySelector("[data-find]");

if (form) {
  const field = form.querySelector("input");
  const hits = form.querySelector("[data-find-hits]");
  const said = form.querySelector("[data-find-said]");
  const fold = document.querySelector("[data-fold]");
  let asked = null; // the answer that is on its way
  let taken = null; // the key that was just heard

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && localStorage.getItem(store) !== "off" &&
      !event.target.closest("input, select, textarea, [contenteditable], dialog");
    if (!palette && !slash) return;
    event.preventDefault();
    taken = event.key;
    if (fold && !field.checkVisibility()) fold.open = true;
    field.focus();
    field.select();
  });

  // The key that led here is not the first letter.
  document.addEventListener("keypress", (event) => { if (event.key === taken) event.preventDefault(); });
  document.addEventListener("keyup", () => { taken = null; });

  let wait;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, 120);
  });

  async function ask() {
    asked?.abort();
    const term = field.value.trim();
    if (!term) return show("", 0);
    asked = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.find}/hits?q=${encodeURIComponent(term)}`, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return close();
      show(await answer.text());
    } catch {
      close(); // given up, or no network: Enter still leads to the page
    }
  }

  function show(html) {
    hits.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    hits.hidden = html === "";
    said.textContent = html === "" ? "" : `${links().length} found`;
  }

  const links = () => [...hits.querySelectorAll("a")];

  function close() {
    hits.hidden = true;
  }

  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !hits.hidden) {
      event.preventDefault();
      close();
      field.focus();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" || links().length === 0) return;
    hits.hidden = false;
    const all = [field, ...links()];
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    all[(next + all.length) % all.length].focus();
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
}
