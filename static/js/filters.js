// Empty parameters stay out of the address of a filtered list.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
}

// A filter applies as it is chosen. Whoever goes through the choices by keyboard has chosen
// when they leave the field or press Enter.
for (const form of document.querySelectorAll("form[data-apply]")) {
  const typed = form.querySelector("details input:not([type=hidden])"); // dates want the button
  const button = form.querySelector("[data-apply-button]");
  if (button && !typed) button.hidden = true;
  for (const select of form.querySelectorAll("select")) equip(form, select);
}

function equip(form, select) {
  const before = select.value;
  let keys = false;
  const apply = () => { if (select.value !== before) form.requestSubmit(); };
  select.addEventListener("keydown", (event) => {
    if (event.key === "Enter") apply();
    else keys = true;
  });
  select.addEventListener("pointerdown", () => { keys = false; });
  select.addEventListener("change", () => { if (!keys) apply(); });
  select.addEventListener("blur", apply);
}
