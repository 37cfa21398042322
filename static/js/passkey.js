// Passkeys: the button is hidden until this runs, as no browser can use one without a script. The answer goes with an
// ordinary form, so that the server answers with a page.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    for (const key of options[list] ?? []) key.id = bytes(key.id);
  }
  return options;
}

function sendable(key) {
  const from = key.response;
  const response = { clientDataJSON: text(from.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[part]) response[part] = text(from[part]);
  }
  if (from.getTransports) response.transports = from.getTransports();
  return JSON.stringify({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    response,
    clientExtensionResults: key.getClientExtensionResults(),
  });
}

async function answer(form) {
  const asked = await fetch(form.dataset.passkeyAsk, { method: "POST", headers: { Accept: "application/json" } });
  if (!asked.ok) throw new Error(asked.status === 429 ? "wait" : "asked");
  const publicKey = readable((await asked.json()).publicKey);
  return navigator.credentials[form.dataset.passkey]({ publicKey });
}

const reasons = {
  wait: "There were too many tries from here. Wait five minutes.",
  asked: "Seatledger could not ask for a passkey. Load the page again.",
  InvalidStateError: "This device is registered already.",
  NotAllowedError: "No passkey was used. Try again, or use another way.",
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("[data-passkey-button]");
  const at = form.dataset.passkeyAt;
  if (location.origin !== at) {
    said.textContent = "Passkeys work at " + at + ". Open that address to use one.";
    continue;
  }
  if (!window.PublicKeyCredential) {
    said.textContent = "This browser knows no passkeys. Use another way.";
    continue;
  }
  said.textContent = "";
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      form.elements.passkey.value = sendable(await answer(form));
    } catch (why) {
      said.textContent = reasons[why.message] ?? reasons[why.name] ?? reasons.NotAllowedError;
      return;
    }
    form.submit();
  });
}
