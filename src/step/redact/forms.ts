/** Shorter values hit ordinary words; GitLab cannot mask them either (S09). */
export const shortestSecret = 8;

/**
 * Every spelling in which a secret may turn up: raw, URL-encoded (all the usual encoders, both cases of hex),
 * JSON-escaped, hex, and base64 in all three alignments, which covers `user:value` for any user (S01).
 */
export function formsOf(secret: string): readonly string[] {
  const forms = new Set<string>();
  for (const value of new Set([secret, ...secret.split(/[\r\n]+/)].map((part) => part.trim()))) {
    if (value.length < shortestSecret) continue;
    // Most secrets are of letters and digits, which no encoder changes: one spelling.
    for (const spelling of new Set([value, ...urlForms(value)]))
      for (const form of [spelling, lowerHex(spelling), ...base64Cores(spelling)]) forms.add(form);
    const hex = Buffer.from(value).toString("hex");
    forms.add(hex).add(hex.toUpperCase()).add(JSON.stringify(value).slice(1, -1));
  }
  return [...forms];
}

function urlForms(value: string): readonly string[] {
  const wellFormed = value.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const url = new URL("http://host");
  url.password = wellFormed;
  return [
    encodeURI(wellFormed),
    component,
    new URLSearchParams([["", wellFormed]]).toString().slice(1),
    url.password,
    // RFC 3986 reserves more than encodeURIComponent encodes.
    component.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
  ];
}

function lowerHex(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

/**
 * What base64 makes of the value depends on where it starts; the characters it shares with its neighbours are cut,
 * the core in between is always there.
 */
function base64Cores(text: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.from("\0".repeat(offset) + text);
    const encoded = bytes.toString("base64").replace(/=+$/, "");
    const bits = bytes.length * 8;
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
