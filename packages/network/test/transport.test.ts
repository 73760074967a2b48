import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultTransport as fetchTransport, readDefinitionFile } from '../src/platform-fetch.ts'
import { defaultTransport } from '../src/platform-node.ts'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from '../src/transport.ts'

const loopback = JSON.parse(readFileSync(new URL('./fixtures/loopback.json', import.meta.url), 'utf8'))
let server: Server
let origin: string
let requests: string[]
let connections = 0
const sockets = new Set<Socket>()
let transport: Transport

beforeAll(async () => {
  server = createServer({ cert: loopback.cert, key: loopback.key }, (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => {
      requests.push(req.url ?? '')
      if (req.url === '/silent') return
      if (req.url === '/redirect') return res.writeHead(302, { location: `${origin}/echo` }).end()
      if (req.url === '/large') return res.end(Buffer.alloc(MAX_RESPONSE_BYTES + 1))
      if (req.url === '/largest') return res.end(Buffer.alloc(MAX_RESPONSE_BYTES))
      if (req.url === '/broken') return req.socket.destroy()
      if (req.url === '/half') {
        res.writeHead(200, { 'content-length': '100' })
        res.write('half')
        return
      }
      res.writeHead(req.url === '/busy' ? 503 : 200, { 'content-type': 'Text/Plain' }).end(Buffer.concat(chunks))
    })
  })
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  transport = defaultTransport()
})
afterAll(async () => {
  await transport.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  requests = []
})

const body = new TextEncoder().encode('hello')
const post = (path: string, options: Partial<TransportRequest> = {}, over = transport) =>
  over.post({ url: origin + path, body, certificate: { type: 'any' }, timeoutMs: 5_000, ...options })
const pinned = (sha256: string) => ({ certificate: { type: 'pinned', sha256 } }) as const
const coded = (code: string) => expect.objectContaining({ name: 'NetworkError', code })

describe('the transport of Node', () => {
  it('posts and gives back status, type and bytes', async () => {
    expect(await post('/echo')).toEqual({ status: 200, contentType: 'text/plain', body })
    expect((await post('/busy')).status).toBe(503)
  })

  it('keeps connections', async () => {
    const own = defaultTransport()
    const before = connections
    for (let i = 0; i < 10; i++) await post('/echo', {}, own)
    // undici may open a second one while the first is being handed back.
    expect(connections - before).toBeLessThanOrEqual(2)
    await own.close()
  })

  it('accepts the pinned certificate on every new connection, no session being resumed', async () => {
    const own = defaultTransport()
    const before = connections
    for (let i = 0; i < 4; i++) {
      expect((await post('/echo', pinned(loopback.sha256), own)).status).toBe(200)
      // The server hangs up, so the next request connects anew.
      await expect(post('/broken', pinned(loopback.sha256), own)).rejects.toEqual(coded('NETWORK_UNREACHABLE'))
    }
    expect(connections - before).toBeGreaterThanOrEqual(4)
    await own.close()
  })

  it('sends nothing to another certificate than the pinned one', async () => {
    await expect(post('/echo', pinned('00'.repeat(32)))).rejects.toEqual(coded('NETWORK_BAD_CERTIFICATE'))
    expect(requests).toEqual([])
  })

  it('does not send a pinned request over plain http', async () => {
    const url = origin.replace('https', 'http')
    await expect(post('', { url, ...pinned(loopback.sha256) })).rejects.toEqual(coded('NETWORK_BAD_CERTIFICATE'))
  })

  it('sends nothing to a self-signed certificate where a public one is wanted', async () => {
    await expect(post('/echo', { certificate: { type: 'public' } })).rejects.toEqual(coded('NETWORK_UNREACHABLE'))
    expect(requests).toEqual([])
  })

  it('follows no redirect', async () => {
    await expect(post('/redirect')).rejects.toEqual(coded('NETWORK_REDIRECT'))
    expect(requests).toEqual(['/redirect'])
  })

  it('reads up to the limit and no further', async () => {
    expect((await post('/largest')).body.length).toBe(MAX_RESPONSE_BYTES)
    await expect(post('/large')).rejects.toEqual(coded('NETWORK_RESPONSE_TOO_LARGE'))
  })

  it('gives up on silence, before and after the headers', async () => {
    await expect(post('/silent', { timeoutMs: 50 })).rejects.toEqual(coded('NETWORK_TIMEOUT'))
    await expect(post('/half', { timeoutMs: 50 })).rejects.toEqual(coded('NETWORK_TIMEOUT'))
  })

  it('can be aborted, before and while under way', async () => {
    await expect(post('/echo', { signal: AbortSignal.abort() })).rejects.toEqual(coded('NETWORK_ABORTED'))
    const controller = new AbortController()
    const pending = post('/silent', { signal: controller.signal })
    controller.abort()
    await expect(pending).rejects.toEqual(coded('NETWORK_ABORTED'))
  })

  it('says when nobody listens', async () => {
    await expect(post('', { url: 'https://127.0.0.1:1/' })).rejects.toEqual(coded('NETWORK_UNREACHABLE'))
  })

  it('ends what is under way when it is closed, and does nothing afterwards', async () => {
    const own = defaultTransport()
    const pending = post('/silent', {}, own)
    const ended = expect(pending).rejects.toEqual(coded('NETWORK_CLOSED'))
    await own.close()
    await ended
    await expect(post('/echo', {}, own)).rejects.toEqual(coded('NETWORK_CLOSED'))
  })
})

describe('the transport of other platforms', () => {
  it('refuses what fetch cannot check, before anything is sent', async () => {
    await expect(post('/echo', {}, fetchTransport())).rejects.toEqual(coded('NETWORK_BAD_CERTIFICATE'))
    await expect(post('/echo', pinned(loopback.sha256), fetchTransport())).rejects.toEqual(
      coded('NETWORK_BAD_CERTIFICATE'),
    )
    expect(requests).toEqual([])
    await expect(readDefinitionFile('net.json')).rejects.toEqual(coded('NETWORK_BAD_DEFINITION'))
  })
})
