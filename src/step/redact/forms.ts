/** Shorter values hit ordinary words; GitLab cannot mask them either (S09). */
export const shortestSecret = 8;

/**
 * Every spelling in which a secret may turn up: raw, URL-encoded (all the usual encoders, both cases of hex),
 * JSON-escaped, hex, and base64 in all three alignments, which covers `user:value` for any user (S01).
 */
export function formsOf(secret: string): readonly string[] {
  const forms = new Set<string>();
  for (const part of [secret, ...secret.split(/[\r\n]+/)]) {
    const value = part.trim();
    if (value.length < shortestSecret) continue;
    const encoded = urlForms(value);
    for (const form of [
      value,
      ...encoded,
      ...encoded.map(lowerHex),
      JSON.stringify(value).slice(1, -1),
    ]) {
      forms.add(form);
    }
    const bytes = Buffer.from(value);
    forms.add(bytes.toString("hex")).add(bytes.toString("hex").toUpperCase());
    for (const form of [bytes, ...encoded.map((text) => Buffer.from(text))].flatMap(base64Cores))
      forms.add(form);
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
function base64Cores(value: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), value])
      .toString("base64")
      .replace(/=+$/, "");
    const bits = (offset + value.length) * 8;
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
