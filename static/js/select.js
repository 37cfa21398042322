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
  all.addEventListener("change", () => {
    for (const b of boxes) b.checked = all.checked;
    refresh();
  });
  for (const b of boxes) {
    b.addEventListener("click", (event) => {
      if (event.shiftKey && last) range(boxes, last, b);
      last = b;
      refresh();
    });
    b.addEventListener("change", refresh);
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
  if (count) count.textContent = n > 0 ? `${n} selected` : "";
}
