import { isSessionKitError } from '@sessionkit/bytes'

/** The code that a call throws, or 'none'. Anything but a sessionkit error is a failure of the test. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'none'
}
