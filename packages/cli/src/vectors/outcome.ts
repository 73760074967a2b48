/** What became of one entry. */
export type Outcome =
  | { readonly result: 'pass' }
  | { readonly result: 'fail'; readonly detail: string }
  | { readonly result: 'unsupported'; readonly detail: string }

/** Thrown by a handler: the first difference between the file and our packages. */
export class Mismatch extends Error {
  override name = 'Mismatch'
}

/** Thrown by a handler: something that our packages cannot do, or that the entry says in words we don't know. */
export class Unsupported extends Error {
  override name = 'Unsupported'
}
