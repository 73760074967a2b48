import { NetworkError } from './error.ts'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest, type TransportResponse } from './transport.ts'

/** Outside Node there are no files to read a definition from. */
export async function readDefinitionFile(path: string): Promise<string> {
  throw new NetworkError('NETWORK_BAD_DEFINITION', `${path}: not a known network, and files can be read on Node only`)
}

/**
 * A transport over the platform's `fetch`. It can neither pin a certificate nor accept a self-signed one, so it serves
 * `public` requests only and refuses the others before anything is sent.
 */
export function defaultTransport(): Transport {
  return {
    async post(request: TransportRequest): Promise<TransportResponse> {
      if (request.certificate.type !== 'public') {
        throw new NetworkError('NETWORK_BAD_CERTIFICATE', 'this platform cannot choose which certificates it accepts')
      }
      const timeout = AbortSignal.timeout(request.timeoutMs)
      const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
      try {
        const response = await fetch(request.url, {
          method: 'POST',
          body: new Uint8Array(request.body),
          headers: { ...request.headers },
          redirect: 'manual',
          signal,
        })
        if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
          throw new NetworkError('NETWORK_REDIRECT', 'the peer answered with a redirect', { status: response.status })
        }
        return {
          status: response.status,
          contentType: (response.headers.get('content-type') ?? '').toLowerCase(),
          body: await readBounded(response),
        }
      } catch (cause) {
        if (cause instanceof NetworkError) throw cause
        if (request.signal?.aborted) throw new NetworkError('NETWORK_ABORTED', 'the request was aborted', { cause })
        if (timeout.aborted) throw new NetworkError('NETWORK_TIMEOUT', 'no answer in time', { cause })
        throw new NetworkError('NETWORK_UNREACHABLE', 'the peer could not be reached', { cause })
      }
    },
    close: async () => {},
  }
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > MAX_RESPONSE_BYTES) {
      await reader.cancel()
      throw new NetworkError('NETWORK_RESPONSE_TOO_LARGE', `the answer has more than ${MAX_RESPONSE_BYTES} bytes`)
    }
    chunks.push(value)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
