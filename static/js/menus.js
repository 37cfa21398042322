// Drop-down menus close on Escape, on a click elsewhere and when another opens.
const menus = document.querySelectorAll("details[data-menu]");

document.addEventListener("click", (event) => {
  if (event.target.closest("dialog")) return;
  for (const m of menus) {
    if (!m.contains(event.target)) m.open = false;
  }
});

for (const m of menus) {
  m.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && m.open) {
      m.open = false;
      m.querySelector("summary").focus();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(m, event);
  });
}

function step(menu, event) {
  const items = [...menu.querySelectorAll(".menu__item:not(:disabled)")];
  if (!menu.open || items.length === 0) return;
  event.preventDefault();
  const by = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  const next = at < 0 && by < 0 ? items.length - 1 : at + by;
  items[(next + items.length) % items.length].focus();
}
