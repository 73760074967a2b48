/** Operations whose cost grows with their input, through the packages' public functions. See `scale.ts`. */
import {
  decryptDeterministic,
  decryptLegacy,
  type EncryptedDeterministic,
  type EncryptedLegacy,
  encryptDeterministic,
  encryptLegacy,
} from '@sessionkit/attachments'
import { Contacts, type StoredConfig } from '@sessionkit/config'
import { backendName, ready } from '@sessionkit/crypto'
import { blindedKeyPair, type SignedRoomMessage, signMessage, verifyMessages } from '@sessionkit/open-groups'
import { type Account, accountFromSeed, type SessionId } from '@sessionkit/session-id'

export type ScaledName =
  | 'merge of 100 configs, contacts'
  | 'legacy attachment, encrypt, bytes'
  | 'legacy attachment, decrypt, bytes'
  | 'deterministic attachment, encrypt, bytes'
  | 'deterministic attachment, decrypt, bytes'
  | 'community poll, blinded posters, messages'
  | 'community poll, 05 posters, messages'

export interface ScaledOperations {
  readonly backend: string
  readonly ready: Promise<void>
  /** Each prepares an input of size `n` and gives the work to be measured. */
  readonly prepare: Record<ScaledName, (n: number) => () => unknown>
  /** What verifiers are measured on: the signed messages of a poll, each by another poster. */
  readonly poll: (n: number, prefix: '05' | '15') => (SignedRoomMessage & { readonly publicKey: Uint8Array })[]
}

const seed = (n: number): Uint8Array => {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, n + 1)
  return bytes
}

const content = (n: number): Uint8Array => new Uint8Array(n).map((_, i) => (i * 31 + (i >> 8)) & 0xff)

/** 100 devices that each edited ten contacts of the same thousand and pushed at the same time. */
function conflicting(account: Account, n: number): StoredConfig[] {
  const contact = (i: number): SessionId => `05${i.toString(16).padStart(64, '0')}` as SessionId
  const base = new Contacts({ account, wrap: false })
  for (let i = 1; i <= n; i++) base.set({ sessionId: contact(i), name: `name ${i}`, approved: true, createdAt: i })
  const { seqno } = base.push()
  base.confirmPushed({ seqno, hashes: ['base'] })
  const dump = base.makeDump()
  return Array.from({ length: 100 }, (_, device) => {
    const config = new Contacts({ account, dump, wrap: false })
    for (let i = 0; i < 10; i++)
      config.set({ sessionId: contact(1 + ((device * 7 + i) % n)), nickname: `of ${device}` })
    return config.push().messages.map((data, part) => ({ hash: `${device}.${part}`, data }))
  }).flat()
}

const serverPublicKey: Uint8Array = new Uint8Array(32).fill(9)

function poll(n: number, prefix: '05' | '15'): ReturnType<ScaledOperations['poll']> {
  return Array.from({ length: n }, (_, i) => {
    const account = accountFromSeed(seed(i))
    const data = content(480 + (i % 5) * 160)
    const signature = signMessage({ account, serverPublicKey, data, prefix })
    const { id, publicKey } =
      prefix === '05'
        ? { id: account.sessionId, publicKey: account.ed25519.publicKey }
        : blindedKeyPair({ account, serverPublicKey, prefix })
    return { sessionId: id, data, signature, publicKey }
  })
}

const verifier = (prefix: '05' | '15') => (n: number) => {
  const messages = poll(n, prefix)
  return () => {
    if (!verifyMessages(messages).every(Boolean)) throw new Error('a message does not verify')
  }
}

const opened = (bytes: Uint8Array, n: number): void => {
  if (bytes.length !== n) throw new Error('the file has another length')
}

export const operations: ScaledOperations = {
  backend: backendName,
  ready,
  poll,
  prepare: {
    'merge of 100 configs, contacts': (n) => {
      const account = accountFromSeed(seed(0))
      const messages = conflicting(account, n)
      return () => {
        const device = new Contacts({ account, wrap: false })
        const { rejected } = device.merge(messages)
        if (rejected.length > 0 || device.list().length !== n) throw new Error('the merge lost something')
      }
    },
    'legacy attachment, encrypt, bytes': (n) => {
      const file = content(n)
      return () => encryptLegacy({ content: file })
    },
    'legacy attachment, decrypt, bytes': (n) => {
      const file: EncryptedLegacy = encryptLegacy({ content: content(n) })
      return () => opened(decryptLegacy(file), n)
    },
    'deterministic attachment, encrypt, bytes': (n) => {
      const file = content(n)
      return () => encryptDeterministic({ content: file, seed: seed(0) })
    },
    'deterministic attachment, decrypt, bytes': (n) => {
      const file: EncryptedDeterministic = encryptDeterministic({ content: content(n), seed: seed(0) })
      return () => opened(decryptDeterministic(file), n)
    },
    'community poll, blinded posters, messages': verifier('15'),
    'community poll, 05 posters, messages': verifier('05'),
  },
}
