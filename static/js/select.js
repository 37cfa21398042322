// Ticks in tables: a box that ticks all, ranges with Shift, and the number that is ticked.
for (const place of document.querySelectorAll("[data-select-all]")) {
  equip(place);
}

function equip(place) {
  const table = place.closest("table");
  const boxes = [...table.querySelectorAll(`tbody input[type=checkbox][name="${CSS.escape(place.dataset.name)}"]`)];
  if (boxes.length === 0) return;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Select all on this page");
  place.replaceWith(all);

  let last = null;
  const refresh = () => {
    const n = boxes.filter((b) => b.checked).length;
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    say(boxes[0].form, n);
  };
  const changed = () => {
    refresh();
    keep(boxes[0].form);
  };
  all.addEventListener("change", () => {
    for (const b of boxes) b.checked = all.checked;
    changed();
  });
  for (const b of boxes) {
    b.addEventListener("click", (event) => {
      if (event.shiftKey && last) range(boxes, last, b);
      last = b;
      refresh();
    });
    b.addEventListener("change", changed);
  }
  refresh();
}

function range(boxes, from, to) {
  const [a, z] = [boxes.indexOf(from), boxes.indexOf(to)].sort((x, y) => x - y);
  for (const b of boxes.slice(a, z + 1)) b.checked = to.checked;
}

function say(form, n) {
  if (!form?.matches("[data-bulk]")) return;
  form.classList.toggle("bulk--active", n > 0);
  const count = form.querySelector("[data-bulk-count]");
  const kept = Number(form.dataset.kept ?? 0);
  const parts = n > 0 ? [`${n} selected`] : [];
  if (kept > 0) parts.push(`${kept} on other pages`);
  if (count) count.textContent = parts.join(", ");
}

// Ticks are kept by the server, for the list's other pages and filters.
const waits = new WeakMap();

function keep(form) {
  if (!form?.dataset.keep) return;
  form.querySelector("[data-bulk-keep]")?.setAttribute("hidden", "");
  clearTimeout(waits.get(form));
  waits.set(form, setTimeout(() => send(form), 150));
}

function send(form) {
  waits.delete(form);
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (name === "id" || name === "shown") body.append(name, value);
  return fetch(form.dataset.keep, { method: "POST", body, keepalive: true, redirect: "manual" });
}

// Whoever leaves at once takes the last tick along.
addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("[data-keep]")) if (waits.has(form)) send(form);
});
