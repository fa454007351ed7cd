// @ts-check
/** Lets a sign-up with a passkey begin only in a browser that can create one. */

const form = /** @type {HTMLFormElement} */ (document.getElementById("passkey-sign-up"));

if (window.PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential) {
  /** @type {HTMLButtonElement} */ (form.querySelector(".btn-solid")).disabled = false;
} else {
  /** @type {HTMLElement} */ (document.getElementById("passkey-unsupported")).hidden = false;
}
