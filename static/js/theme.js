// Switches the colour scheme at once; the server keeps the choice in a cookie.
const form = document.querySelector("[data-theme-form]");

form?.addEventListener("submit", async (event) => {
  const choice = event.submitter;
  if (!choice) return;
  event.preventDefault();
  show(choice.value);
  for (const b of form.querySelectorAll("button")) {
    b.setAttribute("aria-pressed", String(b === choice));
  }
  const body = new URLSearchParams({ theme: choice.value, next: "/" });
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
});

function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
