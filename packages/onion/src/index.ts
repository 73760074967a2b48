export {
  type BuildOnionRequestOptions,
  type BuildOnionRequestResult,
  buildOnionRequest,
  type NodeControl,
} from './build.ts'
export {
  classifyNodeAnswer,
  classifyPathError,
  type FailureRetry,
  type FailureScope,
  type OnionFailure,
} from './classify.ts'
export {
  isAllowedUrl,
  type NodeDestination,
  type OnionDestination,
  type OnionHop,
  type ServerDestination,
} from './destination.ts'
export { OnionError, type OnionErrorCode } from './error.ts'
export { encryptionFromName, type OnionEncryption } from './layer.ts'
export { MAX_CONTROL_BYTES, MAX_HOP_NUMBER, MAX_HOPS, MAX_ONION_BYTES } from './limits.ts'
export { type NodeAnswer, parseNodeAnswer, sealNodeAnswer } from './node-answer.ts'
export * from './node-text.ts'
export {
  type FinalLayer,
  type InvalidLayer,
  type OuterLayer,
  type PeeledLayer,
  parseOnionRequest,
  peelOnionBlob,
  peelOnionLayer,
  type RelayLayer,
  type ServerLayer,
} from './peel.ts'
export { decodeNodeResponse, type OpenedResponse, openOnionResponse, sealOnionResponse } from './response.ts'
export { OnionResponseSecret, OnionSecret } from './secret.ts'
export {
  decodeServerRequest,
  decodeServerResponse,
  encodeServerRequest,
  encodeServerResponse,
  SERVER_TARGET,
  type ServerRequest,
  type ServerResponse,
} from './server-message.ts'
