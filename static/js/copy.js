// Copy buttons. They are hidden until this runs, as nothing can copy without it.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("[data-copy-button]");
  const value = box.querySelector(".copy__value");
  const said = box.querySelector("[data-copy-said]");
  if (!button || !value || !navigator.clipboard) continue;
  button.hidden = false;
  said.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value.textContent);
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(value);
      said.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (said.textContent = "Copy"), 2000);
  });
}
