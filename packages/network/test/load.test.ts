import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadNetwork, presets } from '../src/index.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessionkit-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (text: string): string => {
  const path = join(folder, 'net.json')
  writeFileSync(path, text)
  return path
}
const bad = expect.objectContaining({ code: 'NETWORK_BAD_DEFINITION' })

describe('loadNetwork', () => {
  it('knows presets, takes definitions, reads files', async () => {
    const definition = { name: 'x', seedNodes: [{ url: 'https://127.0.0.1:1' }] }
    expect(await loadNetwork('testnet')).toBe(presets.testnet)
    expect(await loadNetwork(definition)).toMatchObject(definition)
    expect(await loadNetwork(file(JSON.stringify(definition)))).toMatchObject(definition)
  })

  it('refuses everything else', async () => {
    await expect(loadNetwork('toString')).rejects.toEqual(bad)
    await expect(loadNetwork(join(folder, 'missing.json'))).rejects.toEqual(bad)
    await expect(loadNetwork(folder)).rejects.toEqual(bad)
    await expect(loadNetwork(file('{'))).rejects.toEqual(bad)
    await expect(loadNetwork(file('{}'))).rejects.toEqual(bad)
    await expect(loadNetwork(file(' '.repeat(1_048_577)))).rejects.toEqual(bad)
  })
})
