/** What a thread that unpacks is told. */
export interface ExtractRequest {
  readonly id: number;
  /** A `.conda` or `.tar.bz2` file. */
  readonly archive: string;
  /** An empty folder. */
  readonly folder: string;
}

export type ExtractReply = { readonly id: number } & (
  | { readonly kind: "done" }
  | { readonly kind: "damaged"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly code: string }
);
