// @ts-check
/** Proves with a passkey that it is still the same person. */

const form = /** @type {HTMLFormElement} */ (document.getElementById("passkey-prove"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
const failed = /** @type {HTMLElement} */ (document.getElementById("passkey-failed"));

async function readCredential() {
  const { publicKey: options } = JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return JSON.stringify(credential.toJSON());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  failed.hidden = true;
  try {
    field.value = await readCredential();
    form.submit();
  } catch {
    failed.hidden = false; // cancelled, or a browser without passkeys
  }
});
