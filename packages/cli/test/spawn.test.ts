import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url))

/** The program from source, in a process of its own. */
function spawn(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const all = [tsx, '--conditions=@sessionkit/source', 'packages/cli/src/main.ts', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: root }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

describe('the program', () => {
  it('has exit codes that mean something', { timeout: 60_000 }, async () => {
    const [good, bad, usage] = await Promise.all([
      spawn(['vectors', 'vectors/libsession-xed25519.json']),
      spawn(['inspect', 'what is this?']),
      spawn(['vectors', 'vectors/nowhere.json']),
    ])
    expect(good).toMatchObject({ code: 0, err: '' })
    expect(good.out).toMatch(/\d+ passed, 0 failed\n$/)
    expect(bad).toMatchObject({ code: 1, out: '' })
    expect(usage).toMatchObject({ code: 2, out: '' })
  })
})
