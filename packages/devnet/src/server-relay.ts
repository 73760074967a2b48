import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { utf8ToBytes } from '@sessionkit/bytes'
import type { ServerLayer } from '@sessionkit/onion'
import { MAX_BODY_BYTES, SERVER_TIMEOUT_MS } from './limits.ts'
import type { PeerAnswer } from './storage-node.ts'
import { STORAGE_VERSION } from './version.ts'

/** Posts the whole decrypted layer to a server and passes its status and body back. */
export function askServer(server: ServerLayer): Promise<PeerAnswer> {
  const { host, port, protocol, target, plaintext } = server
  return new Promise((resolve) => {
    const fail = (status: number, text: string) => resolve({ status, body: utf8ToBytes(text) })
    const send = protocol === 'https' ? httpsRequest : httpRequest
    const headers = {
      'User-Agent': `Oxen Storage Server/${STORAGE_VERSION.join('.')}`,
      'Content-Type': 'application/octet-stream',
      'Content-Length': plaintext.length,
    }
    const request = send({ host, port, path: target, method: 'POST', headers, minVersion: 'TLSv1.2' }, (response) => {
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > MAX_BODY_BYTES) request.destroy(new Error('response too large'))
        else pieces.push(piece)
      })
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 502, body: new Uint8Array(Buffer.concat(pieces)) })
      })
      response.once('error', () => fail(502, 'response cut short'))
    })
    const timer = setTimeout(() => {
      fail(504, 'Timeout')
      request.destroy()
    }, SERVER_TIMEOUT_MS)
    timer.unref()
    request.once('error', (error) => fail(502, error.message))
    request.once('close', () => clearTimeout(timer))
    request.end(plaintext)
  })
}
