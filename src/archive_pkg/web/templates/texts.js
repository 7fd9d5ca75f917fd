// Texts in the language of the page. `TEXTS` has the translations by the English text; English has none.
const number = (value) => value.toLocaleString(document.documentElement.lang);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const _ = (text, values = {}) => filled(TEXTS[text]?.[0] ?? text, values);
const plural = (one, many, n, values = {}) => {
  const forms = TEXTS[one] ?? [one, many];
  const kind = new Intl.PluralRules(document.documentElement.lang).select(n);
  const at = kind === "one" ? 0 : kind === "few" && forms.length > 2 ? 1 : forms.length - 1;
  return filled(forms[at], { n: number(n), ...values });
};
