/** Largest answer that is read, in bytes. Protocol page 03, section 14. */
export const MAX_RESPONSE_BYTES = 10_485_760

/**
 * Whose certificate is accepted. `any`: service nodes, whose certificates are self-signed; the onion layer
 * authenticates them. `pinned`: exactly the certificate with this SHA-256 (hex), checked before anything is sent.
 * `public`: the platform's certificate authorities.
 */
export type CertificateRule =
  | { readonly type: 'any' }
  | { readonly type: 'pinned'; readonly sha256: string }
  | { readonly type: 'public' }

/** One POST. `timeoutMs` covers it all, from connecting to the last byte. */
export interface TransportRequest {
  readonly url: string
  readonly body: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly certificate: CertificateRule
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** What came back, whatever the status. `contentType` is lower case, '' when there was none. */
export interface TransportResponse {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/**
 * Bytes to a URL and back. An implementation follows no redirect (NETWORK_REDIRECT), reads at most MAX_RESPONSE_BYTES
 * (NETWORK_RESPONSE_TOO_LARGE) and throws NetworkError only: NETWORK_UNREACHABLE, NETWORK_BAD_CERTIFICATE,
 * NETWORK_TIMEOUT, NETWORK_ABORTED, NETWORK_CLOSED.
 */
export interface Transport {
  post(request: TransportRequest): Promise<TransportResponse>
  /** Ends kept connections; leaves no handle that keeps the process alive. */
  close(): Promise<void>
}
