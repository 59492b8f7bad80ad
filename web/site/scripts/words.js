// What scripts say, in the page's language. English sentences are the names of the others, as everywhere; those of other
// languages come before any script that speaks (words/de.js), English brings none.
const said = globalThis.sentences ?? {};
const plural = new Intl.PluralRules(document.documentElement.lang);
const grouped = new Intl.NumberFormat(document.documentElement.lang);
const FORMS = ["zero", "one", "two", "few", "many", "other"]; // in the order of CLDR, in which catalogues have theirs

const filled = (sentence, words) => sentence.replace(/\{(\w+)\}/g, (place, name) => words[name] ?? place);

export const _ = (sentence, words = {}) => filled(said[sentence] ?? sentence, words);

// many(3, "{n} new post", "{n} new posts")
export function many(n, one, more, words = {}) {
  const has = plural.resolvedOptions().pluralCategories, forms = FORMS.filter((form) => has.includes(form));
  const form = (said[one] ?? [one, more])[said[one] ? forms.indexOf(plural.select(n)) : Number(n !== 1)];
  return filled(form, { n: grouped.format(n), ...words });
}
