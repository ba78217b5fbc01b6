const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const markup = /[&<>\r]/g;
const markupInValue = /[&<>"\t\r\n]/g;

/** Text as XML 1.0 may hold it: markup escaped, control characters made visible. */
export function escapeText(text: string): string {
  return possible(text).replaceAll(markup, reference);
}

/** The same for an attribute value in double quotes. */
export function escapeValue(text: string): string {
  return possible(text).replaceAll(markupInValue, reference);
}

/** What XML has no character for becomes its picture (U+2400 and up), or U+FFFD. */
export function possible(text: string): string {
  return text.toWellFormed().replaceAll(forbidden, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : "\uFFFD";
  });
}

function reference(sign: string): string {
  switch (sign) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    default:
      return `&#${sign.charCodeAt(0)};`;
  }
}
