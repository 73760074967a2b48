/** What something is, in words. */
export interface Finding {
  /** A stable name for programs, such as `session-id`. */
  readonly kind: string
  /** One sentence for people. */
  readonly title: string
  /** Public facts, in order. Never a phrase, a seed, a key that may be secret, or a plaintext. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
}
