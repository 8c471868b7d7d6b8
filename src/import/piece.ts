/** One document of an input as text, or why what stands there is none. */
export type Piece =
  | { readonly place: string; readonly text: string }
  | { readonly place: string; readonly text: null; readonly reason: string };
