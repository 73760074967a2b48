import { hexToBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pad, paddedLength, unpad } from '../src/index.ts'

describe('padding, protocol page 02, section 9', () => {
  test('the lengths of the table', () => {
    const lengths = [0, 158, 159, 160, 318, 319].map((length) => paddedLength(length))
    expect(lengths).toEqual([160, 160, 320, 320, 320, 480])
  })

  test('unpad after pad is identity, and a length depends on the block only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (content) => {
        const padded = pad(content)
        expect(padded.length).toBe(160 * (Math.floor((content.length + 1) / 160) + 1))
        expect(unpad(padded)).toEqual(content)
      }),
    )
  })

  test('what has no padding comes back unchanged', () => {
    for (const hex of ['', '0a', '0a00', '000000', '0a0000']) expect(unpad(hexToBytes(hex))).toEqual(hexToBytes(hex))
    expect(unpad(hexToBytes('0a80'))).toEqual(hexToBytes('0a'))
    expect(unpad(hexToBytes('800000'))).toEqual(new Uint8Array(0))
  })

  test('unpad gives a copy, also of a Buffer', () => {
    const padded = Buffer.from(pad(Uint8Array.of(1, 2)))
    const content = unpad(padded)
    padded.fill(9)
    expect(content).toStrictEqual(Uint8Array.of(1, 2))
  })
})
