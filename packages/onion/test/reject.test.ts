import { bytesToBase64, concatBytes, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPair } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import * as onion from '../src/index.ts'
import { codeOf } from './code-of.ts'

const {
  buildOnionRequest,
  decodeNodeResponse,
  decodeServerRequest,
  decodeServerResponse,
  encodeServerRequest,
  encodeServerResponse,
  openOnionResponse,
  parseNodeAnswer,
  parseOnionRequest,
  peelOnionBlob,
  peelOnionLayer,
  sealNodeAnswer,
  sealOnionResponse,
} = onion

const ciphers = ['xchacha20', 'aes-gcm'] as const
let keys: X25519KeyPair[] = []
const hop = (i: number) => ({ ed25519: new Uint8Array(32).fill(i), x25519: keys[i]!.publicKey })
const path = () => [hop(0), hop(1), hop(2)]
const node = () => ({ type: 'node' as const, ...hop(3) })
const server = { type: 'server' as const, host: 'example.org', target: '/oxen/v4/lsrpc', protocol: 'https' as const }
const payload = utf8ToBytes('{"method":"info","params":{}}')

beforeAll(async () => {
  await ready
  keys = [0, 1, 2, 3].map(() => x25519KeyPair())
})

/** The outer message with any JSON. */
const outer = (json: string, blob = new Uint8Array(40)) => {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, blob.length, true)
  return concatBytes(length, blob, utf8ToBytes(json))
}
const key = `"ephemeral_key":"09${'1'.repeat(62)}"`

/** A layer for node 0 whose plaintext is given: made as a server's, whose layer is not combined. */
function layerWith(plaintext: Uint8Array, encryption: (typeof ciphers)[number] = 'xchacha20') {
  const { body } = buildOnionRequest({
    path: [hop(1)],
    destination: { ...server, x25519: keys[0]!.publicKey },
    payload: plaintext,
    encryption,
  })
  const peeled = peelOnionLayer({ body, keyPair: keys[1]! })
  if (peeled.type !== 'server') throw new Error('expected a server layer')
  return peelOnionLayer({ body: peeled.plaintext, keyPair: keys[0]! })
}
const inner = (json: string) => layerWith(outer(json, new Uint8Array(0)))

describe('an outer message is refused', () => {
  it.each([
    ['fewer than 4 bytes', () => new Uint8Array(3), 'ONION_TRUNCATED'],
    ['a length prefix beyond the data', () => hexToBytes('ffffffff00'), 'ONION_TRUNCATED'],
    ['above the limit', () => new Uint8Array(onion.MAX_ONION_BYTES + 1), 'ONION_TOO_LARGE'],
    ['no JSON', () => outer(''), 'ONION_BAD_JSON'],
    ['a JSON list', () => outer('[]'), 'ONION_BAD_JSON'],
    ['JSON that is not UTF-8', () => concatBytes(new Uint8Array(4), hexToBytes('7bff7d')), 'ONION_BAD_JSON'],
    ['no ephemeral_key', () => outer('{}'), 'ONION_BAD_EPHEMERAL_KEY'],
    ['an ephemeral_key that is a number', () => outer('{"ephemeral_key":1}'), 'ONION_BAD_EPHEMERAL_KEY'],
    ['an ephemeral_key of 62 digits', () => outer(`{"ephemeral_key":"${'0'.repeat(62)}"}`), 'ONION_BAD_EPHEMERAL_KEY'],
    ['enc_type in the wrong case', () => outer(`{${key},"enc_type":"AES-GCM"}`), 'ONION_UNKNOWN_ENCRYPTION'],
    ['enc_type aes-cbc', () => outer(`{${key},"enc_type":"aes-cbc"}`), 'ONION_UNKNOWN_ENCRYPTION'],
    ['enc_type null', () => outer(`{${key},"enc_type":null}`), 'ONION_UNKNOWN_ENCRYPTION'],
    ['hop_no as text', () => outer(`{${key},"hop_no":"1"}`), 'ONION_BAD_HOP_NUMBER'],
  ])('%s', (_, body, code) => {
    expect(codeOf(() => parseOnionRequest(body()))).toBe(code)
  })

  it('reads a negative hop_no as 0', () => {
    expect(parseOnionRequest(outer(`{${key},"hop_no":-3}`)).hopNumber).toBe(0)
  })

  it('an ephemeral key that gives no shared secret', () => {
    const body = outer(`{"ephemeral_key":"${'0'.repeat(64)}"}`)
    expect(codeOf(() => peelOnionLayer({ body, keyPair: keys[0]! }))).toBe('ONION_LAYER_AUTH')
  })
})

describe.each(ciphers)('%s', (encryption) => {
  it('refuses a request with any changed byte of its blob, or cut', () => {
    const { body } = buildOnionRequest({ path: [], destination: node(), payload, encryption })
    const message = parseOnionRequest(body)
    for (let i = 0; i < message.blob.length; i++) {
      const blob = new Uint8Array(message.blob)
      blob[i]! ^= 1
      expect(codeOf(() => peelOnionBlob({ ...message, blob, keyPair: keys[3]! }))).toBe('ONION_LAYER_AUTH')
    }
    for (const length of [0, 27, message.blob.length - 1]) {
      const blob = message.blob.subarray(0, length)
      expect(codeOf(() => peelOnionBlob({ ...message, blob, keyPair: keys[3]! }))).toBe('ONION_LAYER_AUTH')
    }
    expect(codeOf(() => peelOnionLayer({ body, keyPair: keys[2]! }))).toBe('ONION_LAYER_AUTH')
  })

  it('refuses an answer with any changed byte, too short, or after the wiping', () => {
    const { body, secret } = buildOnionRequest({ path: [], destination: node(), payload, encryption })
    const peeled = peelOnionLayer({ body, keyPair: keys[3]! })
    const sealed = sealOnionResponse({ secret: peeled.secret, message: utf8ToBytes('hi') })
    for (let i = 0; i < sealed.length; i++) {
      const response = new Uint8Array(sealed)
      response[i]! ^= 128
      expect(codeOf(() => openOnionResponse({ response, secret }))).toBe('ONION_RESPONSE_AUTH')
    }
    expect(codeOf(() => openOnionResponse({ response: sealed.subarray(0, 27), secret }))).toBe(
      'ONION_RESPONSE_TOO_SHORT',
    )
    secret.wipe()
    expect(codeOf(() => openOnionResponse({ response: sealed, secret }))).toBe('BYTES_SECRET_WIPED')
  })

  it('says who made an answer', () => {
    const { body, secret } = buildOnionRequest({ path: path(), destination: node(), payload, encryption })
    let peeled: onion.PeeledLayer = peelOnionLayer({ body, keyPair: keys[0]! })
    for (let i = 0; ; i++) {
      const response = sealOnionResponse({ secret: peeled.secret, message: utf8ToBytes(onion.TEXT_INVALID_JSON) })
      expect(openOnionResponse({ response, secret }).madeBy).toBe(i === 3 ? 'destination' : i)
      if (peeled.type !== 'relay') break
      peeled = peelOnionBlob({ ...peeled, keyPair: keys[i + 1]! })
    }
    expect(peeled.type).toBe('final')
  })
})

describe('a layer that opens', () => {
  const tail = `"destination":"${'1'.repeat(64)}",${key}`
  const url = '"host":"example.org","target":"/oxen/v4/lsrpc"'
  it.each([
    ['neither headers, host nor destination', '{}'],
    ['a list', '[]'],
    ['json that is no boolean', '{"headers":"","json":1}'],
    ['base64 that is no boolean', '{"headers":"","base64":"true"}'],
    ['no target', '{"host":"example.org"}'],
    ...[70000, 0, -1, 1.5, 'null', 'true', '"443"'].map((port) => [`port ${port}`, `{${url},"port":${port}}`]),
    ['a bad destination', `{"destination":"11",${key}}`],
    ['no ephemeral_key', `{"destination":"${'1'.repeat(64)}"}`],
    ['an unknown enc_type', `{${tail},"enc_type":"aes-cbc"}`],
  ])('is invalid with %s', (_, json) => {
    expect(inner(json!)).toMatchObject({ type: 'invalid', reason: 'Invalid json' })
  })

  it.each([
    ['protocol ftp', '{"host":"a.org","target":"/oxen/v4/lsrpc","protocol":"ftp"}'],
    ['another target', '{"host":"a.org","target":"/etc/lsrpc"}'],
    ['a target with a query', '{"host":"a.org","target":"/oxen/v4/lsrpc?/lsrpc"}'],
    ...['', 'a/b', 'a@b', 'a?b', 'a#b', 'a b'].map((h) => [`host "${h}"`, `{"host":"${h}","target":"/oxen/v4/lsrpc"}`]),
  ])('has an invalid URL with %s', (_, json) => {
    expect(inner(json!)).toMatchObject({ type: 'invalid', reason: 'Invalid url' })
  })

  it('takes headers before host before destination, and the defaults', () => {
    expect(inner(`{"headers":null,${url},${tail}}`)).toMatchObject({ type: 'final', json: false, base64: true })
    expect(inner(`{${url},${tail}}`)).toMatchObject({ type: 'server', port: 443, protocol: 'https' })
    expect(inner(`{${tail}}`)).toMatchObject({ type: 'relay', encryption: 'aes-gcm' })
  })
})

describe('building', () => {
  it.each([
    ['too many hops', () => ({ path: Array.from({ length: 16 }, () => hop(0)) }), 'ONION_TOO_MANY_HOPS'],
    [
      'a server without a hop',
      () => ({ path: [], destination: { ...server, x25519: hop(3).x25519 } }),
      'ONION_BAD_INPUT',
    ],
    ['a server key of 31 bytes', () => ({ destination: { ...server, x25519: new Uint8Array(31) } }), 'ONION_BAD_INPUT'],
    ['a low-order key', () => ({ destination: { ...node(), x25519: new Uint8Array(32) } }), 'ONION_BAD_INPUT'],
    ['a bad port', () => ({ destination: { ...server, x25519: hop(3).x25519, port: 70000 } }), 'ONION_BAD_URL'],
    ['a bad host', () => ({ destination: { ...server, x25519: hop(3).x25519, host: 'a/b' } }), 'ONION_BAD_URL'],
    ['too much', () => ({ payload: new Uint8Array(onion.MAX_ONION_BYTES) }), 'ONION_TOO_LARGE'],
    ['another cipher', () => ({ encryption: 'aes-cbc' as 'aes-gcm' }), 'ONION_UNKNOWN_ENCRYPTION'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => buildOnionRequest({ path: path(), destination: node(), payload, ...change() }))).toBe(code)
  })

  it('honours json and base64, and never prints a secret', () => {
    const control = { json: true, base64: false }
    const { body, secret } = buildOnionRequest({ path: [], destination: node(), payload, control })
    const layer = peelOnionLayer({ body, keyPair: keys[3]! })
    if (layer.type !== 'final') throw new Error('expected the end')
    const response = sealNodeAnswer({ layer, status: 200, body: '{"n":9007199254740993}', isJson: true })
    const { message } = openOnionResponse({ response, secret })
    expect(parseNodeAnswer(message)).toEqual({ status: 200, body: '{"n":9007199254740993}' })
    expect(`${JSON.stringify(secret)}${String(secret)}`).toBe('{}[object Object]')
  })
})

describe('answers', () => {
  it.each(['', '[]', 'null', '{}', '{"status":"200"}', '{"status":99}', '{"status":600}', '{"status":200.5}'])(
    'refuses %s',
    (text) => {
      expect(codeOf(() => parseNodeAnswer(text))).toBe('ONION_BAD_ANSWER')
    },
  )

  it('reads every form', () => {
    expect(parseNodeAnswer('{"body":"{\\"a\\":18446744073709551615}","status":200}').body).toBe(
      '{"a":18446744073709551615}',
    )
    expect(parseNodeAnswer('{"status":500,"status_code":404,"body":[1, {"body":"]"}]}')).toEqual({
      status: 404,
      body: '[1, {"body":"]"}]',
    })
    expect(parseNodeAnswer('{"status":200,"x":1}').body).toBe('{"status":200,"x":1}')
  })

  it('reads base64, padded or not, with a line feed, or wrapped', () => {
    for (const text of ['aGk=', 'aGk', 'aGk=\n', '{"result":"aGk="}']) {
      expect(decodeNodeResponse(utf8ToBytes(text))).toEqual(utf8ToBytes('hi'))
    }
    for (const text of ['_-==', 'aG k=', 'aGk=\n\n', '{}', '{"result":1}']) {
      expect(codeOf(() => decodeNodeResponse(utf8ToBytes(text)))).toBe('ONION_RESPONSE_NOT_BASE64')
    }
  })
})

describe('v4', () => {
  const meta = '{"method":"GET","endpoint":"/a"}'
  it.each([
    ['no list', `${meta.length}:${meta}`],
    ['empty list', 'le'],
    ['leading zero', `l0${meta.length}:${meta}e`],
    ['sign', `l+${meta.length}:${meta}e`],
    ['length beyond the data', 'l99:{}e'],
    ['three strings', `l${meta.length}:${meta}0:0:e`],
    ['stray byte', `l${meta.length}:${meta}xe`],
    ['trailing bytes', `l${meta.length}:${meta}e0`],
    ['an integer', 'li1ee'],
    ['no endpoint', 'l16:{"method":"GET"}e'],
    ['an endpoint without /', 'l31:{"method":"GET","endpoint":"a"}e'],
  ])('refuses a request: %s', (_, text) => {
    expect(codeOf(() => decodeServerRequest(utf8ToBytes(text!)))).toBe('ONION_BAD_V4')
  })

  it.each(['l2:{}e', 'l10:{"code":99}e', 'l12:{"code":600}e', 'l14:{"code":"200"}e', 'l12:{"code":200}0:0:e'])(
    'refuses an answer: %s',
    (text) => {
      expect(codeOf(() => decodeServerResponse(utf8ToBytes(text)))).toBe('ONION_BAD_V4')
    },
  )

  it('reads the examples of the page and writes sorted keys', () => {
    const text = 'l72:{"method":"POST","endpoint":"/some/thing","headers":{"Some-Header":"a"}}14:post body heree'
    const request = decodeServerRequest(utf8ToBytes(text))
    expect(request).toMatchObject({ method: 'POST', endpoint: '/some/thing', headers: { 'Some-Header': 'a' } })
    const headers = { b: '1', '9': '2', '10': '3' }
    const written = new TextDecoder().decode(encodeServerRequest({ method: 'GET', endpoint: '/', headers }))
    expect(written).toContain('{"endpoint":"/","headers":{"10":"3","9":"2","b":"1"},"method":"GET"}')
    expect(decodeServerResponse(utf8ToBytes(onion.TEXT_INVALID_V4)).code).toBe(400)
  })

  it('round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 100, max: 599 }), (body, code) => {
        expect(decodeServerResponse(encodeServerResponse({ code, headers: {}, body }))).toEqual({
          code,
          headers: {},
          body,
        })
      }),
    )
  })
})

describe('seeded fuzz: a result or a typed error', () => {
  it('10,000 inputs for each parser', () => {
    let state = 7
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const seeds = [
      outer(`{${key}}`),
      utf8ToBytes('{"body":{"a":[1,"\\""]},"status":200}'),
      utf8ToBytes(onion.TEXT_INVALID_V4),
      utf8ToBytes('{"result":"aGk="}'),
      utf8ToBytes(bytesToBase64(new Uint8Array(50))),
    ]
    const secret = buildOnionRequest({ path: [], destination: node(), payload }).secret
    const parsers: ((bytes: Uint8Array) => unknown)[] = [
      parseOnionRequest,
      parseNodeAnswer,
      decodeServerRequest,
      decodeServerResponse,
      decodeNodeResponse,
      (response) => openOnionResponse({ response, secret }),
    ]
    for (let i = 0; i < 10_000; i++) {
      const from = seeds[next(seeds.length)]!
      const bytes = i % 2 ? new Uint8Array(from) : Uint8Array.from({ length: next(60) }, () => next(256))
      for (let n = next(4); n > 0 && bytes.length > 0; n--) bytes[next(bytes.length)] = next(256)
      const cut = bytes.subarray(0, bytes.length - next(3))
      for (const parse of parsers) codeOf(() => parse(cut))
    }
  })
})

it('a secret of one layer wipes its key', () => {
  const pair = x25519KeyPair()
  const secret = onion.OnionSecret.fromLayer({ encryption: 'aes-gcm', ephemeral: pair, recipient: keys[0]!.publicKey })
  secret.wipe()
  expect(pair.secretKey).toBeInstanceOf(SecretBytes)
  expect(pair.secretKey.isWiped).toBe(true)
})
