import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNetworkDefinition } from '../src/definition.ts'
import { NetworkError } from '../src/error.ts'
import { presets } from '../src/presets.ts'

const good = { name: 'x', seedNodes: [{ url: 'https://127.0.0.1:1', certSha256: `${'AB:'.repeat(31)}CD` }] }

describe('network definitions', () => {
  it('takes pins with colons and capitals, and gives defaults', () => {
    expect(parseNetworkDefinition(good)).toEqual({
      name: 'x',
      seedNodes: [{ url: 'https://127.0.0.1:1', certSha256: `${'ab'.repeat(31)}cd` }],
      subnetRule: true,
      privateAddresses: true,
    })
  })

  it('ignores what it does not know', () => {
    expect(parseNetworkDefinition({ ...good, fileServer: { url: 'http://x' } })).not.toHaveProperty('fileServer')
  })

  it.each([
    null,
    [],
    'mainnet',
    {},
    { ...good, name: '' },
    { ...good, seedNodes: [] },
    { ...good, seedNodes: Array(33).fill(good.seedNodes[0]) },
    { ...good, seedNodes: [{ url: 'ftp://x' }] },
    { ...good, seedNodes: [{ url: 'https://user@x' }] },
    { ...good, seedNodes: [{ url: 'nonsense' }] },
    { ...good, seedNodes: [{ url: 'https://x', certSha256: 'abcd' }] },
    { ...good, seedNodes: [{ url: 'http://x', certSha256: 'ab'.repeat(32) }] },
    { ...good, subnetRule: 'yes' },
  ])('refuses %j', (value) => {
    expect(() => parseNetworkDefinition(value)).toThrow(expect.objectContaining({ code: 'NETWORK_BAD_DEFINITION' }))
  })

  it('throws nothing else, whatever it gets', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseNetworkDefinition(value)
        } catch (error) {
          expect(error).toBeInstanceOf(NetworkError)
        }
      }),
    )
  })

  it('pins every seed of mainnet', () => {
    expect(presets.mainnet.seedNodes.length).toBeGreaterThan(1)
    for (const { privateAddresses } of Object.values(presets)) expect(privateAddresses).toBe(false)
    for (const seed of presets.mainnet.seedNodes) expect(seed.certSha256).toMatch(/^[0-9a-f]{64}$/)
  })
})
