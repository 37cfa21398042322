// Warns before a half-filled form is left, and saves with Ctrl+S.
const forms = [...document.querySelectorAll("form[data-dirty]")];
let leaving = false;

for (const form of forms) {
  form.addEventListener("input", () => (form.dataset.dirty = "yes"));
  form.addEventListener("submit", () => (leaving = true));
}

addEventListener("beforeunload", (event) => {
  if (!leaving && forms.some((f) => f.dataset.dirty === "yes")) event.preventDefault();
});

addEventListener("pageshow", () => (leaving = false));

addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
  const form = document.activeElement?.closest("form[data-dirty]") ?? (forms.length === 1 ? forms[0] : null);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});
