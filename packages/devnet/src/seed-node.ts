import type { IncomingMessage } from 'node:http'
import { type BodyValue, bodyToJson } from './body.ts'
import type { Certificate } from './certificate.ts'
import { type HttpAnswer, HttpServer, readBody } from './http-server.ts'
import { serviceNodeList } from './node-list.ts'
import type { SwarmTable } from './swarm-table.ts'

/** A seed: JSON-RPC over HTTPS with a certificate that clients pin. Protocol page 03, section 10.2. */
export class SeedNode {
  readonly #server: HttpServer
  #table: SwarmTable | null = null
  #port = 0

  constructor(certificate: Certificate) {
    this.#server = new HttpServer({ certificate, serverName: 'seed', handler: (request) => this.#handle(request) })
  }

  get port(): number {
    return this.#port
  }

  async listen(host: string, port: number): Promise<void> {
    this.#port = await this.#server.listen(host, this.#port || port)
  }

  setTable(table: SwarmTable): void {
    this.#table = table
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  async #handle(request: IncomingMessage): Promise<HttpAnswer> {
    const { method = '', url = '' } = request
    const path = url.split('?')[0]!
    if (method !== 'POST' || path !== '/json_rpc') return { status: 404, body: `${method} ${path} Not Found` }
    const body = await readBody(request)
    if (!(body instanceof Uint8Array)) return body
    let call: unknown
    try {
      call = JSON.parse(Buffer.from(body).toString('utf8'))
    } catch {
      return rpc(null, { error: { code: -32700, message: 'Parse error' } })
    }
    const {
      id,
      method: name,
      params,
    } = (typeof call === 'object' && call !== null ? call : {}) as Record<string, unknown>
    const known = typeof id === 'string' || Number.isSafeInteger(id) ? (id as string | number) : null
    if (name !== 'get_n_service_nodes' && name !== 'get_service_nodes') {
      return rpc(known, { error: { code: -32601, message: 'Method not found' } })
    }
    if (this.#table === null) return rpc(known, { error: { code: -9, message: 'Core is busy' } })
    const options = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {}
    return rpc(known, { result: serviceNodeList(this.#table, options) })
  }
}

function rpc(id: string | number | null, answer: Record<string, BodyValue>): HttpAnswer {
  return { status: 200, body: bodyToJson({ jsonrpc: '2.0', id, ...answer }), type: 'application/json' }
}
