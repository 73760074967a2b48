import { isSessionKitError } from '@sessionkit/bytes'

/** The code of the typed error that `run` throws, or `'nothing thrown'`; any other error goes on. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'nothing thrown'
}
