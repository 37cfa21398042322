// Single keys for the mapping queue and the review. They press what is on the page: whoever has no
// script, or turned the keys off, reaches the same by mouse and Tab.
const store = "seatledger.keys";
const place = document.querySelector("[data-keys]");

if (place) {
  let on = localStorage.getItem(store) !== "off";
  let taken = null; // the key that was just heard
  let busy = false; // something was pressed and the next page is on its way
  const root = document.documentElement;

  const show = () => root.classList.toggle("keys-off", !on);
  show();

  const offer = document.querySelector("[data-keys-switch]");
  if (offer) {
    const box = offer.querySelector("input");
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      localStorage.setItem(store, on ? "on" : "off");
      show();
    });
    offer.hidden = false;
  }

  // What has just been done is said once the page has settled.
  const said = document.querySelector("[data-said]");
  const notice = document.querySelector(".notice--flash p");
  if (said && notice) setTimeout(() => { said.textContent = notice.textContent.trim() + (find("u") ? " Undo with u." : ""); }, 150);

  addEventListener("pageshow", () => { busy = false; });
  document.addEventListener("keydown", (event) => {
    if (!on || busy || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    let key = event.key;
    if (key === "Enter") {
      if (event.target.closest("a, button, summary")) return;
      key = "a";
    }
    const target = find(key);
    if (!target) return;
    event.preventDefault();
    taken = event.key;
    press(target);
  });
  // The letter that opened a field is not its first one.
  document.addEventListener("keypress", (event) => { if (event.key === taken) event.preventDefault(); });
  document.addEventListener("keyup", () => { taken = null; });

  function press(target) {
    if (target instanceof HTMLDetailsElement) {
      target.open = !target.open;
      const first = target.open ? target.querySelector(":is(input:not([type=hidden]), button)") : null;
      (first ?? target.querySelector("summary")).focus();
      return;
    }
    busy = true;
    target.click();
  }
}

function find(key) {
  if (key === "u") return document.querySelector('form[action="/mapping/undo"] button');
  return document.querySelector(`[data-key="${CSS.escape(key)}"]`);
}
