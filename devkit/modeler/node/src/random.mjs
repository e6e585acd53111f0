// bpmn-js draws the ids of new elements with Math.random. One request always gives one answer,
// so that a diagram written again can be compared with the one that was committed.

/** Start Math.random anew from a text (hash: FNV-1a, generator: mulberry32). */
export function seed(text) {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 0x01000193);
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
