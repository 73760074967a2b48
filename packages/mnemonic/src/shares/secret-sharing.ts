import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '@sessionkit/bytes'
import { interpolate, type Point } from './gf256.ts'

const DIGEST_X = 254
const SECRET_X = 255
const DIGEST_LENGTH = 4

/** `count` points of which any `threshold` give the secret. `random` gives `threshold - 1` times the secret's length. */
export function splitSecret(
  secret: Uint8Array,
  threshold: number,
  count: number,
  random: (length: number) => Uint8Array,
): Point[] {
  if (threshold === 1) return Array.from({ length: count }, (_, x) => ({ x, value: new Uint8Array(secret) }))
  const points: Point[] = []
  for (let x = 0; x < threshold - 2; x++) points.push({ x, value: random(secret.length) })
  const padding = random(secret.length - DIGEST_LENGTH)
  const digest = new Uint8Array(secret.length)
  digest.set(digestOf(secret, padding))
  digest.set(padding, DIGEST_LENGTH)
  const base = [...points, { x: DIGEST_X, value: digest }, { x: SECRET_X, value: secret }]
  for (let x = threshold - 2; x < count; x++) points.push({ x, value: interpolate(base, x) })
  digest.fill(0)
  padding.fill(0)
  return points
}

/** The secret of `threshold` points or more, or nothing where a point is wrong: by the digest, or by another point where one is enough. */
export function joinSecret(points: readonly Point[], threshold: number): Uint8Array | undefined {
  if (threshold === 1) {
    const first = points[0]!.value
    return points.every(({ value }) => equalBytes(value, first)) ? new Uint8Array(first) : undefined
  }
  const secret = interpolate(points, SECRET_X)
  const digest = interpolate(points, DIGEST_X)
  const good = equalBytes(digest.subarray(0, DIGEST_LENGTH), digestOf(secret, digest.subarray(DIGEST_LENGTH)))
  digest.fill(0)
  if (good) return secret
  secret.fill(0)
  return undefined
}

const digestOf = (secret: Uint8Array, padding: Uint8Array): Uint8Array =>
  hmac(sha256, padding, secret).subarray(0, DIGEST_LENGTH)
