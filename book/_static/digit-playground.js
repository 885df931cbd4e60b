// <digit-playground lang="en">: a static picture, until the reader comes near; then the scripts in digits/ take over.
{
  const FILES = ["texts", "look", "paint", "grid", "ink", "lenet", "weights", "pixels", "view"];
  const FAILED = {
    es: "No se ha podido cargar la hoja de dibujo. Pulsa para volver a intentarlo.",
    en: "The drawing sheet could not be loaded. Press to try again.",
  };
  const folder = new URL("digits/", document.currentScript.src);

  const load = (name) => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: `${folder}${name}.js`, onload: resolve });
    script.onerror = () => { script.remove(); reject(new Error(name)); };
    document.head.append(script);
  });
  let loading = null; // shared by all playgrounds of a page
  const loaded = () => loading ??= Promise.all(FILES.map(load)).catch((error) => { loading = null; throw error; });

  customElements.define("digit-playground", class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.attachShadow({ mode: "open" }).innerHTML = "<slot></slot>";
      const near = new IntersectionObserver(([entry]) => {
        if (!entry.isIntersecting) return;
        near.disconnect();
        this.open();
      }, { rootMargin: "300px" });
      near.observe(this);
    }

    async open() {
      this.shadowRoot.querySelector("button")?.remove();
      try {
        await loaded();
      } catch {
        return this.offerAgain();
      }
      window.digitView(this);
    }

    offerAgain() {
      const button = Object.assign(document.createElement("button"), { textContent: FAILED[this.lang] });
      button.addEventListener("click", () => this.open());
      this.shadowRoot.append(button);
    }
  });
}
