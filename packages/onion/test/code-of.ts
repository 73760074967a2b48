import { isSessionKitError } from '@sessionkit/bytes'

/** The code of the typed error that `run` throws; anything else that it throws is a failure of the test. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (e) {
    if (isSessionKitError(e)) return e.code
    throw e
  }
  return 'no error'
}
