/**
 * The operations of `scale-operations.ts` at n, 2n and 4n with every backend: time, growth from size to size, and the
 * ratio to the bare primitives of the same work. Part of `pnpm bench`.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import sodium from 'sodium-native'
import { loadOperations } from './bundle.ts'
import { type Contender, measure } from './measure.ts'
import type { ScaledName, ScaledOperations } from './scale-operations.ts'

export interface ScaledRow {
  readonly operation: ScaledName
  readonly backend: string
  readonly n: number
  readonly milliseconds: number
  /** Time in comparison to half the size: 2 is linear. */
  readonly growth: number | null
  /** Time of the bare primitives in comparison to ours: 1 is as fast as they are. */
  readonly ratio: number | null
}

interface Scaled {
  readonly sizes: readonly [number, number, number]
  /** What the ratio is to. */
  readonly bareName?: string
  readonly bare?: (n: number, node: ScaledOperations) => () => unknown
  /** Least ratio at the largest size: [node, portable]. */
  readonly goal?: readonly [number, number]
  /** Goal at the smallest size. */
  readonly mostMilliseconds?: number
}

const key = Buffer.alloc(32, 1)
const iv = Buffer.alloc(16, 2)
const nonce = Buffer.alloc(12, 3)
const v2Limit = 'X25519 and ML-KEM-768 of the backend for Node alone'
const macOf = (bytes: Uint8Array): Buffer => createHmac('sha256', key).update(iv).update(bytes).digest()

const MB = 1_000_000
const fileSizes = [2.5 * MB, 5 * MB, 10 * MB] as const
const cbc = { sizes: fileSizes, bareName: 'AES-256-CBC and HMAC-SHA-256 of node:crypto', goal: [0.7, 0.5] } as const
const chacha = { sizes: fileSizes, bareName: 'ChaCha20-Poly1305 of node:crypto', goal: [0.7, 0.5] } as const
const poll = { sizes: [64, 128, 256], bareName: 'sodium-native, each signature', goal: [0.4, 0.4] } as const

const verifyEach = (prefix: '05' | '15') => (n: number, node: ScaledOperations) => {
  const messages = node.poll(n, prefix).map(({ data, signature, publicKey }) => {
    const cleared = Buffer.from(signature)
    return { data: Buffer.from(data), signature: cleared, publicKey: Buffer.from(publicKey) }
  })
  return () => {
    for (const { data, signature, publicKey } of messages) {
      sodium.crypto_sign_verify_detached(signature, data, publicKey)
    }
  }
}

/** What opening comes to at least: a try with each key up to the right one, and one signature. */
const openEach = (n: number, node: ScaledOperations, keyCount: number, keyOf: (i: number) => number) => {
  const { keys, messages, sender, groupId } = node.group(n, keyCount, keyOf)
  const nativeKeys = keys.map((key) => Buffer.from(key))
  const author = Buffer.from(sender.ed25519.publicKey)
  const signed = Buffer.concat([Buffer.alloc(400), Buffer.from(groupId.slice(2), 'hex')])
  const signature = Buffer.alloc(64)
  const secret = Buffer.concat([Buffer.from(sender.ed25519.seed.reveal()), author])
  sodium.crypto_sign_detached(signature, signed, secret)
  const boxes = messages.map(({ ciphertext, keyIndex }) => ({
    nonce: Buffer.from(ciphertext.subarray(0, 24)),
    box: Buffer.from(ciphertext.subarray(24)),
    tries: nativeKeys.slice(0, keyIndex + 1),
  }))
  return () => {
    for (const { nonce, box, tries } of boxes) {
      const plaintext = Buffer.alloc(box.length - 16)
      for (const [i, one] of tries.entries()) {
        try {
          sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, null, box, null, nonce, one)
        } catch (error) {
          if (i === tries.length - 1) throw error
        }
      }
      sodium.crypto_sign_verify_detached(signature, signed, author)
    }
  }
}

const scaled: Record<ScaledName, Scaled> = {
  'merge of 100 configs, contacts': { sizes: [1000, 2000, 4000], mostMilliseconds: 1000 },
  'legacy attachment, encrypt, bytes': {
    ...cbc,
    bare: (n) => {
      const bytes = Buffer.alloc(n)
      return () => {
        const cipher = createCipheriv('aes-256-cbc', key, iv)
        const ciphertext = cipher.update(bytes)
        cipher.final()
        macOf(ciphertext)
      }
    },
  },
  'legacy attachment, decrypt, bytes': {
    ...cbc,
    bare: (n) => {
      const cipher = createCipheriv('aes-256-cbc', key, iv)
      const ciphertext = Buffer.concat([cipher.update(Buffer.alloc(n)), cipher.final()])
      return () => {
        macOf(ciphertext)
        const decipher = createDecipheriv('aes-256-cbc', key, iv)
        decipher.update(ciphertext)
        decipher.final()
      }
    },
  },
  'deterministic attachment, encrypt, bytes': {
    ...chacha,
    bare: (n) => {
      const bytes = Buffer.alloc(n)
      return () => {
        const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
        cipher.update(bytes)
        cipher.final()
        cipher.getAuthTag()
      }
    },
  },
  'deterministic attachment, decrypt, bytes': {
    ...chacha,
    bare: (n) => {
      const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
      const ciphertext = cipher.update(Buffer.alloc(n))
      cipher.final()
      const tag = cipher.getAuthTag()
      return () => {
        const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
        decipher.setAuthTag(tag)
        decipher.update(ciphertext)
        decipher.final()
      }
    },
  },
  'community poll, blinded posters, messages': { ...poll, bare: verifyEach('15') },
  'community poll, 05 posters, messages': { ...poll, bare: verifyEach('05') },
  'group messages under 20 keys, messages': {
    sizes: [25, 50, 100],
    bareName: 'sodium-native, each key and signature',
    bare: (n, node) => openEach(n, node, 20, (i) => i % 20),
  },
  '100 group messages, all under the oldest key, keys': {
    sizes: [5, 10, 20],
    bareName: 'sodium-native, each key and signature',
    bare: (n, node) => openEach(100, node, n, () => n - 1),
  },
  'V2 seal, bytes': { sizes: [1000, 2000, 4000], bareName: v2Limit, bare: (_, node) => node.bareSeal() },
  'V2 open, bytes': { sizes: [1000, 2000, 4000], bareName: v2Limit, bare: (_, node) => node.bareOpen() },
}

/** Measures and prints, one line a size and backend. */
export async function benchScaled(only: string | undefined, quick: boolean | undefined): Promise<ScaledRow[]> {
  const names = (Object.keys(scaled) as ScaledName[]).filter((name) => !only || name.includes(only))
  if (names.length === 0) return []
  const node = await loadOperations<ScaledOperations>('scale-operations.ts', 'node')
  const portable = await loadOperations<ScaledOperations>('scale-operations.ts', 'portable')
  const native = await loadOperations<ScaledOperations>('scale-operations.ts', 'native')
  const options = quick ? { rounds: 1, millisecondsPerVisit: 20 } : { rounds: 5, millisecondsPerVisit: 60 }
  const rows: ScaledRow[] = []
  for (const operation of names) {
    const { sizes, bare, bareName, goal, mostMilliseconds } = scaled[operation]
    console.log(`\n${operation}${bareName ? ` (ratio to ${bareName})` : ''}`)
    const before = new Map<string, number>()
    for (const n of sizes) {
      const contenders: Contender[] = [node, portable, native].map((ours) => ({
        name: ours.backend,
        run: ours.prepare[operation](n),
      }))
      if (bare) contenders.push({ name: 'bare', run: bare(n, node) })
      const rates = await measure(contenders, options)
      for (const { name } of contenders.filter((one) => one.name !== 'bare')) {
        const milliseconds = 1000 / rates.get(name)!
        const half = before.get(name)
        before.set(name, milliseconds)
        const ratio = bare ? rates.get(name)! / rates.get('bare')! : null
        rows.push({ operation, backend: name, n, milliseconds, growth: half ? milliseconds / half : null, ratio })
        const least = goal && n === sizes[2] ? `goal ${goal[name === 'portable' ? 1 : 0]}` : ''
        const most = mostMilliseconds && n === sizes[0] ? `goal under ${mostMilliseconds} ms` : ''
        console.log(line(rows.at(-1)!, least || most))
      }
    }
  }
  return rows
}

function line({ backend, n, milliseconds, growth, ratio }: ScaledRow, goal: string): string {
  const columns = [
    n.toLocaleString('en-US').padStart(12),
    backend.padEnd(10),
    `${milliseconds >= 100 ? Math.round(milliseconds) : milliseconds.toPrecision(3)} ms`.padStart(10),
    growth === null ? ''.padEnd(9) : `x ${growth.toFixed(2)}`.padEnd(9),
    ratio === null ? ''.padEnd(11) : `ratio ${ratio.toFixed(2)}`,
    goal,
  ]
  return columns.join('  ').trimEnd()
}
