import { bytesToBase64, bytesToHex, concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519KeyPairToX25519, ed25519Sign } from '@sessionkit/crypto'

/** An account of kind 05 with the signed parameters of the requests that these tests send. */
export function testAccount(fill: number) {
  const keyPair: Ed25519KeyPair = ed25519KeyPairFromSeed(SecretBytes.take(new Uint8Array(32).fill(fill)))
  const id = `05${bytesToHex(ed25519KeyPairToX25519(keyPair).publicKey)}`
  const key = { pubkey: id, pubkey_ed25519: bytesToHex(keyPair.publicKey) }
  const sign = (...parts: (string | number | Uint8Array)[]) => {
    const message = concatBytes(...parts.map((part) => (part instanceof Uint8Array ? part : utf8ToBytes(String(part)))))
    return { signature: bytesToBase64(ed25519Sign({ message, keyPair })) }
  }
  return {
    id,
    store: (text: string, timestamp: number) => ({
      pubkey: id,
      timestamp,
      ttl: 86_400_000,
      data: Buffer.from(text).toString('base64'),
    }),
    retrieve: (timestamp: number, more = {}) => ({ ...key, timestamp, ...more, ...sign('retrieve', timestamp) }),
    remove: (messages: string[]) => ({ ...key, messages, ...sign('delete', ...messages) }),
  }
}
