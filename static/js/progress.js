// A progress bar that listens to server-sent events. The browser reconnects by
// itself; when the run is over the page is loaded once more, for the whole result,
// unless the server says that somebody may be deciding on it.
class LiveProgress extends HTMLElement {
  #source = null;
  #spoken = 0;

  connectedCallback() {
    if (!this.dataset.src) return;
    this.#source = new EventSource(this.dataset.src);
    this.#source.addEventListener("message", (event) => this.#show(JSON.parse(event.data)));
  }

  disconnectedCallback() {
    this.#source?.close();
  }

  #show(now) {
    this.#bar(now);
    this.querySelector("[data-progress-text]").textContent = now.text;
    for (const [name, value] of Object.entries(now.values ?? {})) {
      for (const el of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) el.textContent = value;
    }
    this.#speak(now.text);
    if (now.final) {
      this.#source.close();
      if (!now.stay) location.reload();
    }
  }

  #bar(now) {
    const bar = this.querySelector("progress");
    if (now.total > 0) {
      bar.max = now.total;
      bar.value = now.done;
    } else {
      bar.removeAttribute("value");
    }
  }

  // Screen readers hear it every ten seconds, not every second.
  #speak(text) {
    if (Date.now() - this.#spoken < 10000) return;
    this.#spoken = Date.now();
    this.querySelector("[data-progress-said]").textContent = text;
  }
}

customElements.define("sl-progress", LiveProgress);
