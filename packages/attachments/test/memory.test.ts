import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/**
 * In a process of its own, so that nothing else is counted: a file of 10 MB is made and used up in pieces of 64 KiB, and
 * the highest use seen is compared with the use after a first small file.
 */
it('a file of 10 MB needs at most 4 MiB in each direction and scheme', () => {
  const script = fileURLToPath(new URL('memory-run.ts', import.meta.url))
  const options = ['--expose-gc', '--conditions=@sessionkit/source', '--import=tsx', script]
  const used = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }))
  expect(Object.keys(used)).toHaveLength(4)
  for (const [name, bytes] of Object.entries(used)) expect(bytes, name).toBeLessThan(4 * 1024 * 1024)
})
