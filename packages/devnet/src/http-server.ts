import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Certificate } from './certificate.ts'
import { DevnetError } from './error.ts'
import { DRAIN_MS, MAX_BODY_BYTES } from './limits.ts'

/** An answer on its way out. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string | Uint8Array
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Closes the connection after the answer. */
  readonly close?: boolean
}

/** Answers a request; null leaves it without an answer. It must not throw. */
export type HttpHandler = (request: IncomingMessage) => Promise<HttpAnswer | null>

/** An HTTPS server that remembers its sockets, so that closing it leaves nothing open. */
export class HttpServer {
  readonly #certificate: Certificate
  readonly #handler: HttpHandler
  readonly #serverName: string
  readonly #sockets = new Set<Duplex>()
  #server: Server | null = null

  constructor(options: { certificate: Certificate; handler: HttpHandler; serverName: string }) {
    this.#certificate = options.certificate
    this.#handler = options.handler
    this.#serverName = options.serverName
  }

  /** Listens and returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer({ key: this.#certificate.privateKey, cert: this.#certificate.certificate })
    server.keepAliveTimeout = 60_000
    server.on('request', (request, response) => void this.#serve(request, response))
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const text = error.code === 'HPE_INVALID_CONTENT_LENGTH' ? 'invalid Content-Length' : 'Bad Request\n'
      if (!socket.writable) return void socket.destroy()
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
      )
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const message = `cannot listen on ${host} port ${port}: ${cause.code ?? 'error'}`
        reject(new DevnetError('DEVNET_LISTEN_FAILED', message, { cause }))
      })
      server.listen(port, host, resolve)
    })
    // A later error of the listening socket must not end the process.
    server.on('error', () => {})
    this.#server = server
    return (server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#server = null
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {})
    response.on('error', () => {})
    let answer: HttpAnswer | null
    try {
      answer = await this.#handler(request)
    } catch {
      answer = { status: 500, body: 'request failed' }
    }
    if (answer === null || response.destroyed) return
    const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
    response.writeHead(answer.status, {
      Server: this.#serverName,
      'Content-Type': answer.type ?? 'text/plain',
      'Content-Length': body.length,
      ...(answer.close ? { Connection: 'close' } : {}),
      ...answer.headers,
    })
    response.end(body)
    // An unread body would otherwise be taken for the next request.
    if (!request.complete) answer.close ? response.once('finish', () => request.socket.destroy()) : request.resume()
  }
}

/** The body of a request, or the answer to one that is too large. Protocol page 03, section 3.1. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | HttpAnswer> {
  const tooLarge: HttpAnswer = { status: 413, body: 'Request body too large', close: true }
  const length = request.headers['content-length']
  if (length !== undefined && !/^\d+$/.test(length)) {
    return { status: 400, body: 'invalid Content-Length', close: true }
  }
  let size = Number(length ?? 0)
  let pieces: Buffer[] | null = size > MAX_BODY_BYTES ? null : []
  size = 0
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    // Answering in the middle of an upload can lose the answer with the connection, so the rest is read and dropped.
    const drain = () => {
      pieces = null
      timer ??= setTimeout(() => resolve(tooLarge), DRAIN_MS).unref()
    }
    if (pieces === null) drain()
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > MAX_BODY_BYTES) drain()
      pieces?.push(piece)
    })
    request.once('end', () => resolve(pieces === null ? tooLarge : new Uint8Array(Buffer.concat(pieces))))
    request.once('close', () => {
      clearTimeout(timer)
      resolve({ status: 400, body: 'Bad Request\n', close: true })
    })
  })
}
