// @ts-check

/**
 * Return the line that is heard after a share of a sound, by the lines' lengths.
 * @param {string[]} lines
 * @param {number} share from 0 to 1
 */
export function lineAt(lines, share) {
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  let end = 0;
  for (const line of lines) {
    end += line.length / total;
    if (share < end) return line;
  }
  return lines[lines.length - 1];
}
