import { bytesToHex, utf8ToBytes } from '@sessionkit/bytes'

/** A compressor, and whether it reproduces the bytes of the reference's. */
export interface Zstd {
  readonly compress: (bytes: Uint8Array) => Uint8Array
  readonly exact: boolean
}

let started: Promise<Zstd> | undefined

/** Upstream zstd at level 1, loaded at the first use. */
export function zstd(): Promise<Zstd> {
  started ??= start()
  return started
}

async function start(): Promise<Zstd> {
  const { Zstd } = await import('@hpcc-js/wasm-zstd')
  const library = await Zstd.load()
  const compress = (bytes: Uint8Array): Uint8Array => new Uint8Array(library.compress(bytes, 1))
  const probe = utf8ToBytes(Array.from({ length: 40 }, (_, i) => `d1:n5:name${i % 7}e`).join(''))
  return { compress, exact: bytesToHex(compress(probe)) === PROBE }
}

/** The probe, compressed by upstream zstd 1.5. */
const PROBE =
  '28b52ffd60e000550300440364313a6e353a6e616d653065313233343536303132333435363031323334353630313233343536303132333435363031323334652720e0d746cc1966c49c6146cc1966c49c6146cc1966c49c61469833cc8839c38c9833cc8839c38c9833cc8839c38c6873bfa524'
