// @ts-check
/** Logs in with a passkey, in browsers that have them. */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("passkey-log-in"));

/** @param {HTMLFormElement} form */
async function readCredential(form) {
  const answer = await fetch(form.action, {
    headers: { accept: "application/json", "x-requested-with": "XMLHttpRequest" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const { request_options: options } = await answer.json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  return JSON.stringify(credential.toJSON());
}

if (form && window.PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  const failed = /** @type {HTMLElement} */ (document.getElementById("passkey-failed"));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      field.value = await readCredential(form);
      form.submit();
    } catch {
      failed.hidden = false; // cancelled, or no passkey of this site on the device
    }
  });
}
