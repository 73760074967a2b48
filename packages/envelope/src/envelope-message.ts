import type { UnknownFields } from './unknown-fields.ts'

/** The message around the content. Protocol page 02, section 3.3. */
export interface Envelope extends UnknownFields {
  readonly type: 'SESSION_MESSAGE' | 'CLOSED_GROUP_MESSAGE'
  /** Never trust it. */
  readonly source?: string | undefined
  /** Milliseconds. Nothing but `sigTimestamp` in the content authenticates it. */
  readonly timestamp: number
  readonly sourceDevice?: number | undefined
  readonly content?: Uint8Array | undefined
  readonly serverTimestamp?: number | undefined
  readonly proSig?: Uint8Array | undefined
}
