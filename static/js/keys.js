// Single keys. They press, tick and focus what is on the page: whoever has no script, or turned the keys off,
// reaches the same by mouse and Tab. A key that an element of the page carries comes before what it does elsewhere.
const store = "seatledger.keys";
const root = document.documentElement;
const sheet = document.querySelector("a[data-keys-link]");
let on = localStorage.getItem(store) !== "off";
let taken = null; // the key that was just heard
let busy = false; // something was pressed and the next page is on its way
let going = 0; // g was heard, and a letter is waited for

turned();
offer(document);

// What has just been done is said once the page has settled.
const said = document.querySelector("[data-said]");
const notice = document.querySelector(".notice--flash p");
if (said && notice) setTimeout(() => { said.textContent = notice.textContent.trim() + (find("u") ? " Undo with u." : ""); }, 150);

addEventListener("pageshow", () => { busy = false; });
document.addEventListener("keydown", (event) => {
  if (!on || busy || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog")) return;
  const { key } = event;
  if (event.repeat && key !== "j" && key !== "k") return;
  const deed = going ? lead(key) : find(key) ? () => press(find(key)) : usual(key, event.target);
  if (going) stopGoing();
  if (!deed) return;
  event.preventDefault();
  taken = key;
  deed();
});
// The letter that opened a field is not its first one.
document.addEventListener("keypress", (event) => { if (event.key === taken) event.preventDefault(); });
document.addEventListener("keyup", () => { taken = null; });

// usual is what a key does on every page, or nothing.
function usual(key, target) {
  switch (key) {
    case "Enter": return document.querySelector("[data-keys]") && !target.closest("a, button, summary") && find("a")
      ? () => press(find("a")) : null;
    case "j": return step(1);
    case "k": return step(-1);
    case "x": return tick(target.closest("tr")?.querySelector("input[type=checkbox]"));
    case "g": return startGoing;
    case "?": return sheet ? showSheet : null;
  }
  return null;
}

function find(key) {
  if (key === "u") return document.querySelector('form[action="/mapping/undo"] button');
  return document.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

function press(target) {
  if (target instanceof HTMLDetailsElement) {
    target.open = !target.open;
    const first = target.open ? target.querySelector(":is(input:not([type=hidden]), button, a)") : null;
    (first ?? target.querySelector("summary")).focus();
    return;
  }
  busy = !target.hasAttribute("download") && !target.dataset.confirm;
  target.click();
}

// step leads to the next row of a table, or to the way on behind the last one.
function step(by) {
  const stops = [...document.querySelectorAll("main tbody tr")].map(stop).filter((s) => s?.checkVisibility());
  const further = document.querySelector(`.pager [rel=${by > 0 ? "next" : "prev"}]`);
  const here = stops.indexOf(stop(document.activeElement.closest("tr")));
  const next = here < 0 ? stops[by > 0 ? 0 : stops.length - 1] : stops[here + by] ?? further;
  return next ? () => next.focus() : null;
}

const stop = (row) => row?.querySelector("th a[href]") ?? row?.querySelector("a[href], input[type=checkbox]");

function tick(box) {
  return box ? () => box.click() : null;
}

function startGoing() {
  root.classList.add("going");
  going = setTimeout(stopGoing, 3000);
}

function stopGoing() {
  clearTimeout(going);
  going = 0;
  root.classList.remove("going");
}

function lead(letter) {
  const link = document.querySelector(`.nav [data-go="${CSS.escape(letter)}"]`);
  return link ? () => press(link) : null;
}

// showSheet lays the page of keys over this one, with this page's own keys first.
async function showSheet() {
  let keys;
  try {
    const answer = await fetch(sheet.href);
    if (!answer.ok || answer.redirected) return;
    keys = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-keys-sheet]");
  } catch {
    return; // no network: the keys go on as they are
  }
  if (!keys || document.querySelector("dialog[open]")) return;
  const own = document.querySelector("#keys [data-keys-of]");
  if (own) keys.querySelector(".sheet").prepend(own.cloneNode(true));
  const dialog = document.createElement("dialog");
  dialog.className = "dialog dialog--wide";
  dialog.setAttribute("aria-label", "Keys");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "actions";
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = "Close";
  form.append(close);
  dialog.append(document.adoptNode(keys), form);
  offer(dialog);
  const back = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    back.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

// offer shows the switch, which is of no use without a script.
function offer(place) {
  for (const p of place.querySelectorAll("[data-keys-switch]")) {
    const box = p.querySelector("input");
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      localStorage.setItem(store, on ? "on" : "off");
      turned();
    });
    p.hidden = false;
  }
}

function turned() {
  root.classList.toggle("keys-off", !on);
}
