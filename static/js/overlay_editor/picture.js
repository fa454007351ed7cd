// @ts-check

const LONGEST_SIDE = 1024;

/**
 * Scale the chosen picture down before the upload, so that a large photo is accepted and sent fast.
 * Throws when the file is no picture; the server then says so.
 * @param {HTMLInputElement} input
 */
export async function shrinkPicture(input) {
  const file = input.files?.[0];
  if (!file) return;
  const bitmap = await createImageBitmap(file);
  const share = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const paper = new OffscreenCanvas(scaled(bitmap.width, share), scaled(bitmap.height, share));
  paper.getContext("2d")?.drawImage(bitmap, 0, 0, paper.width, paper.height);
  const blob = await paper.convertToBlob({ type: "image/png" });
  const files = new DataTransfer();
  files.items.add(new File([blob], "avatar.png", { type: "image/png" }));
  input.files = files.files;
}

/**
 * @param {number} side
 * @param {number} share
 */
function scaled(side, share) {
  return Math.max(1, Math.round(side * share));
}
