import { expect, it } from 'vitest'
import * as onion from '../src/index.ts'

it('exports these names', () => {
  expect(
    Object.keys(onion)
      .filter((name) => !name.startsWith('TEXT_'))
      .sort(),
  ).toEqual([
    'MAX_CONTROL_BYTES',
    'MAX_HOPS',
    'MAX_HOP_NUMBER',
    'MAX_ONION_BYTES',
    'OnionError',
    'OnionResponseSecret',
    'OnionSecret',
    'RELAYED_STATUSES',
    'SERVER_TARGET',
    'buildOnionRequest',
    'classifyNodeAnswer',
    'classifyPathError',
    'decodeNodeResponse',
    'decodeServerRequest',
    'decodeServerResponse',
    'encodeServerRequest',
    'encodeServerResponse',
    'encryptionFromName',
    'isAllowedUrl',
    'openOnionResponse',
    'parseNodeAnswer',
    'parseOnionRequest',
    'peelOnionBlob',
    'peelOnionLayer',
    'sealNodeAnswer',
    'sealOnionResponse',
  ])
})
