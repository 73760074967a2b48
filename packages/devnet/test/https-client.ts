import { Agent, request } from 'undici'

/** A client that trusts any certificate, as clients of service nodes do. */
export function createHttpsClient() {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, connections: 8 })
  async function send(method: 'GET' | 'POST' | 'PUT', url: string, body?: string | Uint8Array, headers = {}) {
    const answer = await request(url, { method, body: body ?? null, headers, dispatcher })
    const bytes = new Uint8Array(await answer.body.arrayBuffer())
    return { status: answer.statusCode, headers: answer.headers, bytes, text: Buffer.from(bytes).toString('utf8') }
  }
  return {
    post: (url: string, body: string | Uint8Array, headers = {}) => send('POST', url, body, headers),
    send,
    async rpc(node: { url: string }, method: string, params: unknown) {
      const answer = await send('POST', `${node.url}/storage_rpc/v1`, JSON.stringify({ method, params }))
      const isJson = answer.headers['content-type'] === 'application/json'
      return { status: answer.status, body: isJson ? JSON.parse(answer.text) : answer.text }
    },
    close: () => dispatcher.destroy(),
  }
}
