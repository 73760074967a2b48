import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import {
  bytesToBase64,
  bytesToHex,
  concatBytes,
  decodeBencode,
  encodeBencode,
  hexToBytes,
  utf8ToBytes,
} from '@sessionkit/bytes'
import { blake2b, type Ed25519KeyPair, ed25519Sign, ed25519Verify } from '@sessionkit/crypto'
import { MAX_BODY_BYTES } from './limits.ts'
import { parseBase64 } from './params.ts'
import type { PeerAnswer } from './storage-node.ts'
import type { ServiceNodeContact } from './swarm-table.ts'

const KEY_HEADER = 'x-sn-pubkey'
const SIGNATURE_HEADER = 'x-sn-signature'

/** Nobody listens there: known at once, and told apart from silence. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

// The recipient and the path are signed too, so that a request cannot be turned to another node or endpoint.
function signedText(path: string, recipient: Uint8Array, body: Uint8Array): Uint8Array {
  return concatBytes(utf8ToBytes(`sn${path}`), recipient, blake2b({ message: body, length: 32 }))
}

/** The answer of a node; `broken` when it cannot be read, `unreachable` when nobody listens there, null when none came in time. */
export type LinkAnswer = PeerAnswer | 'broken' | 'unreachable' | null

/**
 * The link from a node to other nodes: HTTPS with kept connections, each request signed with the node's Ed25519 key.
 * It stands for the message bus of the real network. Protocol page 03, section 3.3.
 */
export class PeerLink {
  readonly #keyPair: Ed25519KeyPair
  readonly #agent: Agent

  constructor(options: { keyPair: Ed25519KeyPair; localAddress: string }) {
    this.#keyPair = options.keyPair
    this.#agent = new Agent({
      keepAlive: true,
      rejectUnauthorized: false,
      localAddress: options.localAddress,
      maxSockets: 64,
    })
  }

  async send(peer: ServiceNodeContact, path: string, body: Uint8Array, ms: number): Promise<LinkAnswer> {
    const message = signedText(path, hexToBytes(peer.pubkeyEd25519), body)
    const headers = {
      [KEY_HEADER]: bytesToHex(this.#keyPair.publicKey),
      [SIGNATURE_HEADER]: bytesToBase64(ed25519Sign({ message, keyPair: this.#keyPair })),
      'Content-Length': body.length,
    }
    return this.#exchange(peer, path, headers, body, ms)
  }

  #exchange(
    peer: ServiceNodeContact,
    path: string,
    headers: Record<string, string | number>,
    body: Uint8Array,
    ms: number,
  ): Promise<LinkAnswer> {
    return new Promise((resolve) => {
      const options = { host: peer.ip, port: peer.portHttps, path, method: 'POST', headers, agent: this.#agent }
      let answered = false
      const request = httpsRequest(options, (response) => {
        answered = true
        void collect(response).then(resolve)
      })
      const timer = setTimeout(() => request.destroy(), ms)
      timer.unref()
      request.once('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the peer closed meanwhile says nothing about the peer.
        const stale = request.reusedSocket && !answered && error.code === 'ECONNRESET'
        answered = true
        const failure = UNREACHABLE.has(error.code ?? '') ? 'unreachable' : null
        resolve(stale ? this.#exchange(peer, path, headers, body, ms) : failure)
      })
      request.once('close', () => {
        clearTimeout(timer)
        if (!answered) resolve(null)
      })
      request.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

async function collect(response: IncomingMessage): Promise<LinkAnswer> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length
      // A status and two lengths come on top of the largest body.
      if (size > MAX_BODY_BYTES + 64) {
        response.destroy()
        return 'broken'
      }
      pieces.push(piece)
    }
  } catch {
    return null
  }
  if (response.statusCode !== 200) return null
  return decodeAnswer(new Uint8Array(Buffer.concat(pieces)))
}

/** Status and body as the two parts of an answer between nodes. */
export function encodeAnswer(answer: PeerAnswer): Uint8Array {
  return encodeBencode([String(answer.status), answer.body])
}

function decodeAnswer(bytes: Uint8Array): PeerAnswer | 'broken' {
  try {
    const parts = decodeBencode(bytes, { maxBytes: MAX_BODY_BYTES + 64 })
    if (!Array.isArray(parts)) return 'broken'
    const [status, body] = parts
    if (!(status instanceof Uint8Array) || !(body instanceof Uint8Array)) return 'broken'
    const code = Number(Buffer.from(status).toString('latin1'))
    return Number.isInteger(code) ? { status: code, body } : 'broken'
  } catch {
    return 'broken'
  }
}

/** The key of the node that signed a request, or null when no node did. */
export function authenticatePeer(input: {
  readonly headers: IncomingMessage['headers']
  readonly path: string
  readonly own: Uint8Array
  readonly body: Uint8Array
}): string | null {
  const key = input.headers[KEY_HEADER]
  const signature = parseBase64(String(input.headers[SIGNATURE_HEADER] ?? ''))
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key) || signature?.length !== 64) return null
  const message = signedText(input.path, input.own, input.body)
  try {
    return ed25519Verify({ message, signature, publicKey: hexToBytes(key) }) ? key : null
  } catch {
    return null
  }
}
