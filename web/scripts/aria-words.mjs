// React Aria ships its words in 34 languages; the desk speaks two, and always says which.
const kept = /\/(it-IT|en-US)\.mjs$/;
const words = /\/react-(aria|stately|aria-components)\/dist\/private\/intl\/.*[a-z]{2}-[A-Z]{2}\.mjs$/;

export function twoLanguages() {
  return {
    name: "ascolto-aria-words",
    load(id) {
      return words.test(id) && !kept.test(id) ? "export default {};" : null;
    },
  };
}
