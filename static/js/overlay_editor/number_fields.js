// @ts-check
// On a phone the number fields are sliders that say their value.

export class NumberFields {
  #form;
  #phone;

  /**
   * @param {HTMLFormElement} form
   * @param {MediaQueryList} phone
   */
  constructor(form, phone) {
    this.#form = form;
    this.#phone = phone;
    phone.addEventListener("change", () => this.fit());
    this.fit();
  }

  /** Make them sliders on a phone, number fields elsewhere. */
  fit() {
    for (const input of this.#inputs()) {
      const { value } = input;
      input.type = this.#phone.matches ? "range" : "number";
      input.value = value;
      const label = this.#form.querySelector(`label[for="${input.id}"]`);
      label?.querySelector("output")?.remove();
      if (this.#phone.matches) label?.append(outputOf(input));
    }
  }

  /** Say the present values beside the sliders. */
  name() {
    for (const output of this.#form.querySelectorAll("output")) {
      const input = document.getElementById(output.htmlFor.value);
      if (input instanceof HTMLInputElement) output.textContent = input.value;
    }
  }

  #inputs() {
    return /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll(".numbers input"));
  }
}

/** @param {HTMLInputElement} input */
function outputOf(input) {
  const output = document.createElement("output");
  output.htmlFor.value = input.id;
  output.textContent = input.value;
  return output;
}
