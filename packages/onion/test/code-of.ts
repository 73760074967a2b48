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

/** Values of wrong types for every position of a public function. */
export const garbage: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  Number.NaN,
  1n,
  '',
  'x',
  [],
  {},
  true,
  () => 0,
  new Date(0),
  new ArrayBuffer(4),
]
