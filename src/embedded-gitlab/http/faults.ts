/** What goes wrong. `before`: the request is not looked at; `after`: it is done, and then the answer is lost. */
export type FaultAction =
  | { readonly kind: "drop"; readonly when: "before" | "after" }
  | { readonly kind: "delay"; readonly ms: number }
  /** Never answers; `when: "after"` does the work first. */
  | { readonly kind: "stall"; readonly when: "before" | "after" }
  /** Stops reading after so many bytes of the request's body and never answers. */
  | { readonly kind: "stop reading"; readonly requestBytes: number }
  /** Resets the connection after so many bytes of the request's body. */
  | { readonly kind: "reset"; readonly requestBytes: number }
  /** Sends only the first bytes of the answer's body, then closes. */
  | { readonly kind: "truncate"; readonly responseBytes: number }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly when: "before" | "after";
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Answers without reading the request's body, as a proxy does. */
      readonly early?: boolean;
    }
  /** The object storage fails: GitLab says 403 Forbidden and stores nothing. */
  | { readonly kind: "storage error" }
  /** Another process holds the lock of this ref while the request is served. */
  | { readonly kind: "lock ref"; readonly ref: string };

export interface FaultRule {
  /** Any method where absent. */
  readonly method?: string;
  /** A part of the path with its query, or a pattern for it. */
  readonly path?: string | RegExp;
  /** The how many-th matching request is hit first; default 1. */
  readonly nth?: number;
  /** How many matching requests are hit from there on; default 1. */
  readonly times?: number;
  readonly action: FaultAction;
}

export interface ActiveFault extends FaultRule {
  readonly id: number;
  /** How many requests matched so far. */
  matched: number;
  /** How many were hit. */
  hits: number;
}

/** The switches of one server. */
export class Faults {
  readonly #active: ActiveFault[] = [];
  #nextId = 1;

  add(rule: FaultRule): number {
    const id = this.#nextId++;
    this.#active.push({ ...rule, id, matched: 0, hits: 0 });
    return id;
  }

  remove(id: number): boolean {
    const index = this.#active.findIndex((fault) => fault.id === id);
    if (index >= 0) this.#active.splice(index, 1);
    return index >= 0;
  }

  clear(): void {
    this.#active.length = 0;
  }

  list(): readonly ActiveFault[] {
    return this.#active;
  }

  /** Counts a request and returns the actions that hit it. */
  strike(method: string, path: string): FaultAction[] {
    return this.#active
      .filter((fault) => matches(fault, method, path))
      .filter((fault) => {
        fault.matched += 1;
        const first = fault.nth ?? 1;
        const hit = fault.matched >= first && fault.matched < first + (fault.times ?? 1);
        if (hit) fault.hits += 1;
        return hit;
      })
      .map((fault) => fault.action);
  }
}

function matches({ method, path }: FaultRule, actualMethod: string, actualPath: string): boolean {
  if (method !== undefined && method.toUpperCase() !== actualMethod) return false;
  if (path === undefined) return true;
  return typeof path === "string" ? actualPath.includes(path) : path.test(actualPath);
}
