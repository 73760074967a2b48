/** The exact texts of a service node. Protocol page 03, section 3. */

/** HTTP 400, plain: a layer that does not open. */
export const TEXT_INVALID_CIPHERTEXT: string = 'Invalid ciphertext'
/** Sealed to the layer's ephemeral key, base64, HTTP 200. */
export const TEXT_INVALID_JSON: string = '{"body":"Invalid json","status":400}'
/** Sealed to the layer's ephemeral key, base64, HTTP 200. */
export const TEXT_INVALID_URL: string = '{"body":"Invalid url","status":400}'
/** HTTP 502; the Ed25519 key follows, 64 hex characters. */
export const TEXT_NEXT_NODE_NOT_FOUND: string = 'Next node not found: '
/** HTTP 502; the Ed25519 key follows. */
export const TEXT_NEXT_NODE_UNREACHABLE: string = 'Next node is currently unreachable: '
/** HTTP 503; the node's own Ed25519 key follows. */
export const TEXT_SNODE_NOT_READY_PREFIX: string = 'Snode not ready: '
/** Status 503 inside an answer. */
export const TEXT_SNODE_NOT_READY: string = 'Snode not ready'
/** HTTP 503; reasons joined by `; ` and a line feed follow. */
export const TEXT_SERVICE_NODE_NOT_READY: string = 'Service node is not ready: '
/** HTTP 503. */
export const TEXT_SERVER_BUSY: string = 'Server busy, try again later'
/** HTTP 504. */
export const TEXT_REQUEST_TIME_OUT: string = 'Request time out'
/** HTTP 500. */
export const TEXT_INVALID_RESPONSE: string = 'Invalid response from snode'
/** HTTP 400; a detail follows. */
export const TEXT_ERROR_PARSING: string = 'Error parsing onion request: '
/** HTTP 400; a detail follows. */
export const TEXT_INVALID_INTERNAL: string = 'Invalid internal onion request: '
/** HTTP 400. */
export const TEXT_MAX_PATH_LENGTH: string = 'onion request max path length exceeded'
/** HTTP 400. */
export const TEXT_INVALID_CONTENT_LENGTH: string = 'invalid Content-Length'
/** HTTP 413. */
export const TEXT_BODY_TOO_LARGE: string = 'Request body too large'
/** HTTP 404; stands after the method and the path. */
export const TEXT_NOT_FOUND_SUFFIX: string = ' Not Found'
/** Known to desktop only. */
export const TEXT_OXEN_SERVER_ERROR: string = 'Oxen Server error'
/** Status 400 inside. */
export const TEXT_RPC_INVALID_JSON: string = 'invalid json'
/** Status 400 inside. */
export const TEXT_RPC_NO_METHOD: string = 'invalid json: no `method` field'
/** Status 400 inside. */
export const TEXT_RPC_NO_PARAMS: string = 'invalid json: no `params` field'
/** Status 500 inside. */
export const TEXT_RPC_FAILED: string = 'request failed'
/** Status 502 inside. */
export const TEXT_DAEMON_UNPARSABLE: string = 'oxend returned unparsable data'
/** The whole v4 answer to a request that is not v4. Protocol page 03, section 6.1. */
export const TEXT_INVALID_V4: string =
  'l71:{"code": 400, "headers": {"content-type": "text/plain; charset=utf-8"}}24:Invalid v4 onion requeste'

/** Statuses of the next node that a relay passes on; every other becomes 500. Protocol page 03, section 3.3. */
export const RELAYED_STATUSES: readonly number[] = [
  200, 400, 401, 403, 404, 406, 410, 413, 421, 429, 500, 502, 503, 504,
]
