// Asks before a button with data-confirm submits its form. Without JavaScript the
// form posts straight away, so the server asks by itself wherever it matters.
let asked = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || button === asked) return;
  event.preventDefault();
  ask(button);
});

function ask(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const words = document.createElement("p");
  words.id = "dialog-words";
  words.textContent = button.dataset.confirm;
  dialog.setAttribute("aria-labelledby", words.id);
  const actions = document.createElement("div");
  actions.className = "actions";
  const cancel = make("Cancel", "btn", () => dialog.close());
  const label = (button.querySelector(".menu__text")?.firstChild ?? button).textContent.trim();
  const danger = /danger/.test(button.className);
  const go = make(label, danger ? "btn btn--danger" : "btn btn--primary", () => {
    dialog.close();
    asked = button;
    button.click();
    asked = null;
  });
  actions.append(cancel, go);
  dialog.append(words, actions);
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
}

function make(text, className, onClick) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = className;
  b.textContent = text;
  b.addEventListener("click", onClick);
  return b;
}
