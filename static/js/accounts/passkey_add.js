// @ts-check
/** Creates a passkey on this device and sends it with the form. */

const form = /** @type {HTMLFormElement} */ (document.getElementById("passkey-add"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
const failed = /** @type {HTMLElement} */ (document.getElementById("passkey-failed"));

async function createCredential() {
  const { publicKey: options } = JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}");
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  return JSON.stringify(credential.toJSON());
}

if (window.PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential) {
  // Without this script, or before it, the form would be sent without a passkey.
  /** @type {HTMLButtonElement} */ (form.querySelector(".btn-solid")).disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      field.value = await createCredential();
      form.submit();
    } catch {
      failed.hidden = false; // cancelled, or the device refused
    }
  });
} else {
  /** @type {HTMLElement} */ (document.getElementById("passkey-unsupported")).hidden = false;
}
