import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = `
import { startDevnet } from '@sessionkit/devnet'
import { createNetwork } from '@sessionkit/network'
const devnet = await startDevnet({ nodes: 6, seed: 1 })
const network = createNetwork({ network: devnet.networkFile() })
await network.storage.store({ to: '05' + 'ab'.repeat(32), data: new Uint8Array(10) })
await network.close()
await devnet.close()
console.log('closed')
`

it('a closed network keeps no process alive', { timeout: 30_000 }, async () => {
  const args = ['--import', 'tsx', '--conditions=@sessionkit/source', '--input-type=module', '--eval', program]
  const cwd = new URL('..', import.meta.url)
  // Rejects when the program does not end by itself.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 25_000 })
  expect(stdout).toBe('closed\n')
})
