/** Operations whose cost grows with their input, through the packages' public functions. See `scale.ts`. */
import {
  decryptDeterministic,
  decryptLegacy,
  type EncryptedDeterministic,
  type EncryptedLegacy,
  encryptDeterministic,
  encryptLegacy,
} from '@sessionkit/attachments'
import { SecretBytes } from '@sessionkit/bytes'
import { createGroup, decryptGroupMessage, encryptGroupMessage } from '@sessionkit/closed-groups'
import { Contacts, type StoredConfig } from '@sessionkit/config'
import {
  backendName,
  mlKem768Decapsulate,
  mlKem768Encapsulate,
  mlKem768KeyPair,
  ready,
  x25519,
  x25519KeyPair,
} from '@sessionkit/crypto'
import { expandAccountKeys, openV2Message, publicKeysOf, sealV2Message } from '@sessionkit/envelope/v2'
import { blindedKeyPair, type SignedRoomMessage, signMessage, verifyMessages } from '@sessionkit/open-groups'
import { type Account, accountFromSeed, type GroupId, type SessionId } from '@sessionkit/session-id'

export type ScaledName =
  | 'merge of 100 configs, contacts'
  | 'legacy attachment, encrypt, bytes'
  | 'legacy attachment, decrypt, bytes'
  | 'deterministic attachment, encrypt, bytes'
  | 'deterministic attachment, decrypt, bytes'
  | 'community poll, blinded posters, messages'
  | 'community poll, 05 posters, messages'
  | 'group messages under 20 keys, messages'
  | '100 group messages, all under the oldest key, keys'
  | 'V2 seal, bytes'
  | 'V2 open, bytes'

export interface ScaledOperations {
  readonly backend: string
  readonly ready: Promise<void>
  /** Each prepares an input of size `n` and gives the work to be measured. */
  readonly prepare: Record<ScaledName, (n: number) => () => unknown>
  /** What verifiers are measured on: the signed messages of a poll, each by another poster. */
  readonly poll: (n: number, prefix: '05' | '15') => (SignedRoomMessage & { readonly publicKey: Uint8Array })[]
  /** Stored messages, how many keys fail before each opens, and the keys. */
  readonly group: (messages: number, keys: number, keyOf: (i: number) => number) => GroupPoll
  /** The key agreement of one V2 message without anything around it. */
  readonly bareSeal: () => () => unknown
  readonly bareOpen: () => () => unknown
}

export interface GroupPoll {
  readonly groupId: GroupId
  readonly keys: readonly Uint8Array[]
  readonly messages: readonly { readonly ciphertext: Uint8Array; readonly keyIndex: number }[]
  readonly sender: Account
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

const group: ScaledOperations['group'] = (n, keyCount, keyOf) => {
  const { groupId } = createGroup({ random: () => seed(1) })
  const sender = accountFromSeed(seed(2))
  const keys = Array.from({ length: keyCount }, (_, i) => seed(1000 + i))
  const messages = Array.from({ length: n }, (_, i) => {
    const keyIndex = keyOf(i)
    return {
      ciphertext: encryptGroupMessage({ message: content(400), sender, groupId, key: keys[keyIndex]! }),
      keyIndex,
    }
  })
  return { groupId, keys, messages, sender }
}

const opener = ({ groupId, keys, messages }: GroupPoll) => {
  return () => {
    for (const { ciphertext, keyIndex } of messages) {
      if (decryptGroupMessage({ ciphertext, groupId, keys }).keyIndex !== keyIndex) throw new Error('another key')
    }
  }
}

const opened = (bytes: Uint8Array, n: number): void => {
  if (bytes.length !== n) throw new Error('the file has another length')
}

export const operations: ScaledOperations = {
  backend: backendName,
  ready,
  poll,
  group,
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
    'group messages under 20 keys, messages': (n) => opener(group(n, 20, (i) => i % 20)),
    '100 group messages, all under the oldest key, keys': (n) => opener(group(100, n, () => n - 1)),
    'V2 seal, bytes': (n) => {
      const from = accountFromSeed(seed(3))
      const to = accountFromSeed(seed(4)).sessionId
      const keys = publicKeysOf(expandAccountKeys(SecretBytes.take(seed(5))))
      const message = content(n)
      return () => sealV2Message({ content: message, from, to, keys })
    },
    'V2 open, bytes': (n) => {
      const recipient = accountFromSeed(seed(4))
      const keys = expandAccountKeys(SecretBytes.take(seed(5)))
      const to = recipient.sessionId
      const bytes = sealV2Message({ content: content(n), from: accountFromSeed(seed(3)), to, keys: publicKeysOf(keys) })
      return () => opened(openV2Message({ bytes, recipient, accountKeys: [{ keys }] }).content, n)
    },
  },
  bareSeal: () => {
    const { publicKey } = mlKem768KeyPair({ seed: SecretBytes.take(new Uint8Array(64).fill(1)) })
    const one = x25519KeyPair().publicKey
    const two = x25519KeyPair().publicKey
    return () => {
      const { secretKey } = x25519KeyPair()
      x25519({ secretKey, publicKey: one })
      x25519({ secretKey, publicKey: two })
      mlKem768Encapsulate({ publicKey })
    }
  },
  bareOpen: () => {
    const { publicKey, secretKey } = mlKem768KeyPair({ seed: SecretBytes.take(new Uint8Array(64).fill(1)) })
    const { ciphertext } = mlKem768Encapsulate({ publicKey })
    const [one, two] = [x25519KeyPair(), x25519KeyPair()]
    const ephemeral = x25519KeyPair().publicKey
    return () => {
      x25519({ secretKey: one.secretKey, publicKey: ephemeral })
      x25519({ secretKey: two.secretKey, publicKey: ephemeral })
      mlKem768Decapsulate({ ciphertext, secretKey })
    }
  },
}
