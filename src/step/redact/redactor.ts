import { formsOf } from "./forms.ts";

const mask = "[MASKED]";

/** Tokens that GitLab makes, known by their prefixes, whoever they belong to. */
const prefixes =
  /\b(?:glpat|gloas|gldt|glrtr|glrt|glcbt|glptt|glft|glimt|glagent|glsoat|glffct|gltok)-(?:[\w.=-]{8,}|[\w.=-]+(?=…))/g;

/** Query parameters that carry credentials (S07). */
const parameters =
  /([?&;](?:private_token|job_token|authenticity_token|rss_token|delegation|token|access_token|x-amz-signature|x-amz-credential|x-amz-security-token)=)[^&\s"'<>\\]+/gi;

/** What stands where a text was cut. */
const cutSign = "…";
/** Shorter pieces of a secret beside a cut are any word's. */
const shortestPiece = 4;

/** What never ends inside a credential, so that a chunk may be cut there. */
const safeBorder = /[\s"'<>\\]/;
const longestHeldBack = 16_384;

/** A stream of text that is masked although secrets may lie across the borders of its chunks (S06). */
export interface MaskedStream {
  write(chunk: string): string;
  end(): string;
}

/** Masks every form of every secret it was told of, and whatever looks like a GitLab token. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;

  /** @param secrets values; those shorter than eight characters are ignored, they would mask ordinary words. */
  add(...secrets: readonly string[]): void {
    const fresh = new Set(secrets).difference(this.#secrets);
    if (fresh.size === 0) return;
    for (const secret of fresh) {
      this.#secrets.add(secret);
      for (const form of formsOf(secret)) this.#forms.add(form);
    }
    // The longest first: a form may contain another.
    const forms = [...this.#forms].toSorted((left, right) => right.length - left.length);
    this.#pattern =
      forms.length === 0 ? undefined : new RegExp(forms.map(RegExp.escape).join("|"), "g");
  }

  /** Whether there is something in the text that must not be seen. */
  masks(text: string): boolean {
    return this.redact(text) !== text;
  }

  redact(text: string): string {
    const known = this.#pattern === undefined ? text : text.replace(this.#pattern, mask);
    const whole = known.replace(prefixes, mask).replace(parameters, `$1${mask}`);
    return whole.includes(cutSign) ? this.#maskPieces(whole) : whole;
  }

  /** A text may have been cut in the middle of a secret: what is left of it stands before or behind the cut. */
  #maskPieces(text: string): string {
    const parts = text.split(cutSign);
    return parts
      .map((part, index) => {
        const behind = index === 0 ? part : this.#maskFirst(part);
        return index === parts.length - 1 ? behind : this.#maskLast(behind);
      })
      .join(cutSign);
  }

  #maskLast(part: string): string {
    const end = part.trimEnd().length;
    let first = end;
    for (const form of this.#forms) {
      const seed = form.slice(0, shortestPiece);
      let at = part.indexOf(seed, Math.max(0, end - form.length));
      while (at >= 0 && at < first && !form.startsWith(part.slice(at, end)))
        at = part.indexOf(seed, at + 1);
      if (at >= 0 && at <= end - shortestPiece) first = Math.min(first, at);
    }
    // How the tokens of a kind begin is no secret: sentences name it.
    if (/^gl[a-z]+-$/.test(part.slice(first, end))) return part;
    return first === end ? part : part.slice(0, first) + mask + part.slice(end);
  }

  #maskFirst(part: string): string {
    const start = part.length - part.trimStart().length;
    let last = start;
    for (const form of this.#forms) {
      const seed = form.slice(-shortestPiece);
      let at = part.lastIndexOf(seed, start + form.length - shortestPiece);
      while (at >= start && at + shortestPiece > last) {
        if (form.endsWith(part.slice(start, at + shortestPiece))) last = at + shortestPiece;
        at = at === 0 ? -1 : part.lastIndexOf(seed, at - 1);
      }
    }
    return last === start ? part : part.slice(0, start) + mask + part.slice(last);
  }

  #longest(): number {
    return Math.max(0, ...[...this.#forms].map((form) => form.length));
  }

  /** Masks strings inside plain data: objects, arrays and their keys. What holds no secret is not copied. */
  redactData(data: unknown): unknown {
    // The records of ten thousand files have the same few keys.
    const clean = new Set<string>();
    const isClean = (value: unknown): boolean => {
      if (typeof value === "string") return !this.masks(value);
      if (typeof value !== "object" || value === null) return typeof value !== "bigint";
      if (Array.isArray(value)) return value.every(isClean);
      if ("toJSON" in value) return false;
      return Object.keys(value).every(isCleanKey) && Object.values(value).every(isClean);
    };
    const isCleanKey = (key: string): boolean => {
      if (clean.has(key)) return true;
      if (this.masks(key)) return false;
      clean.add(key);
      return true;
    };
    return isClean(data) ? data : this.#masked(data);
  }

  #masked(data: unknown): unknown {
    if (typeof data === "string") return this.redact(data);
    if (typeof data === "bigint") return String(data);
    if (Array.isArray(data)) return data.map((item) => this.#masked(item));
    if (typeof data !== "object" || data === null) return data;
    if ("toJSON" in data && typeof data.toJSON === "function") return this.#masked(data.toJSON());
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [this.redact(key), this.#masked(value)]),
    );
  }

  stream(): MaskedStream {
    let held = "";
    return {
      write: (chunk) => {
        held += chunk;
        const cut = this.#safeCut(held);
        const ready = held.slice(0, cut);
        held = held.slice(cut);
        return this.redact(ready);
      },
      end: () => {
        const rest = this.redact(held);
        held = "";
        return rest;
      },
    };
  }

  /** The last place where no secret can go on: nothing before it depends on what comes later. */
  #safeCut(text: string): number {
    let cut = Math.max(0, text.length - Math.max(this.#longest(), 1) + 1);
    if (text.length - cut > longestHeldBack) return cut;
    // Back to a border that is in no token and no parameter, unless that would hold back too much.
    while (cut > 0 && text.length - cut < longestHeldBack && !safeBorder.test(text[cut - 1] ?? ""))
      cut -= 1;
    // A secret that itself contains a border may lie across the cut: move before it.
    for (const match of this.#pattern === undefined ? [] : text.matchAll(this.#pattern)) {
      const end = match.index + match[0].length;
      if (match.index < cut && end > cut) cut = match.index;
    }
    return cut;
  }
}
