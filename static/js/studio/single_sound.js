// @ts-check

/**
 * Pause a sound when another one begins.
 * @param {Document} page
 */
export function playOneSound(page) {
  page.addEventListener(
    "play",
    ({ target }) => {
      for (const sound of page.querySelectorAll("audio")) if (sound !== target) sound.pause();
    },
    true,
  );
}
