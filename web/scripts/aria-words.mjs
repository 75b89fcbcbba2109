// React Aria ships its words in 34 languages; the desk takes those it speaks itself, and English for
// the languages that React Aria does not know.
const words = /\/react-(aria|stately|aria-components)\/dist\/private\/intl\/.*([a-z]{2})-[A-Z]{2}\.mjs$/;

export function onlyLanguages(spoken) {
  const kept = new Set(["en", ...spoken.map((language) => language.slice(0, 2))]);
  return {
    name: "ascolto-aria-words",
    load(id) {
      const found = words.exec(id);
      return found && !kept.has(found[2]) ? "export default {};" : null;
    },
  };
}
