/**
 * libsodium's `randombytes_buf_deterministic`: the ChaCha20 keystream of a seed, with the nonce "LibsodiumDRG". It makes
 * the entries of a key message that are for nobody, so its output is published. Protocol page 06, section 2.3.
 */
export function junkBytes(seed: Uint8Array, length: number): Uint8Array {
  const input = new Uint32Array(16)
  input.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574])
  const view = new DataView(seed.buffer, seed.byteOffset, 32)
  for (let i = 0; i < 8; i++) input[4 + i] = view.getUint32(i * 4, true)
  // "Libs" "odiu" "mDRG"
  input.set([0x7362694c, 0x7569646f, 0x4752446d], 13)
  const out = new Uint8Array(Math.ceil(length / 64) * 64)
  const outView = new DataView(out.buffer)
  for (let block = 0; block * 64 < length; block++) {
    input[12] = block
    const state = keystreamBlock(input)
    for (let i = 0; i < 16; i++) outView.setUint32(block * 64 + i * 4, state[i] as number, true)
  }
  input.fill(0)
  return out.slice(0, length)
}

function keystreamBlock(input: Uint32Array): Uint32Array {
  const x = new Uint32Array(input)
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i)
    for (let i = 0; i < 4; i++) quarter(x, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4))
  }
  for (let i = 0; i < 16; i++) x[i] = (x[i] as number) + (input[i] as number)
  return x
}

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  step(x, a, b, d, 16)
  step(x, c, d, b, 12)
  step(x, a, b, d, 8)
  step(x, c, d, b, 7)
}

/** to += from; mixed = (mixed ^ to) rotated. */
function step(x: Uint32Array, to: number, from: number, mixed: number, bits: number): void {
  x[to] = (x[to] as number) + (x[from] as number)
  const value = (x[mixed] as number) ^ (x[to] as number)
  x[mixed] = (value << bits) | (value >>> (32 - bits))
}
