/**
 * Where randomness comes from: a function that returns that many fresh bytes. Every function of sessionkit that draws
 * randomness takes one as its optional `random`; the default is the platform's generator.
 */
export type RandomSource = (length: number) => Uint8Array
