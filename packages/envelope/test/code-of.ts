import { EnvelopeError, type EnvelopeErrorCode } from '../src/index.ts'

/** The code that a call throws, null when it returns; anything that is not an EnvelopeError fails the test. */
export function codeOf(call: () => unknown): EnvelopeErrorCode | null {
  try {
    call()
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code
    throw error
  }
  return null
}
