import { isSessionKitError } from '@sessionkit/bytes'

/** The value, or undefined when our packages refuse to make it. */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (isSessionKitError(error)) return undefined
    throw error
  }
}
