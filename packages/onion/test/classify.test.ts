import { bytesToHex } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import { classifyNodeAnswer, classifyPathError, TEXT_NEXT_NODE_NOT_FOUND } from '../src/index.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)
const path = [key(1), key(2), key(3)]
const destination = key(4)
const named = (byte: number) => bytesToHex(key(byte))
const run = (status: number, body: string) => classifyPathError({ status, body, path, destination })

describe('classifyPathError', () => {
  it.each([
    [502, 'Next node not found: ', true],
    [502, 'Next node is currently unreachable: ', false],
    [503, 'Snode not ready: ', false],
  ])('%i %s', (status, prefix, gone) => {
    expect(run(status, prefix + named(2))).toMatchObject({ scope: 'node', gone, blamed: key(2) })
    expect(run(status, prefix + named(4))).toMatchObject({
      scope: 'destination',
      blamed: key(4),
      retry: 'other-destination',
    })
    // The guard, a stranger, a short key, a long one, another status, another place: nobody is blamed.
    for (const body of [named(1), named(9), named(2).slice(2), `${named(2)}0`, `x${named(2)}`]) {
      expect(run(status, prefix + body)).toEqual({ scope: 'path', gone: false, retry: 'other-path' })
    }
    expect(run(500, prefix + named(2)).blamed).toBeUndefined()
    expect(run(status, ` ${prefix}${named(2)}`).blamed).toBeUndefined()
  })

  it.each([
    [503, 'Service node is not ready: syncing\n', 'guard', 'other-path'],
    [503, 'Server busy, try again later', 'guard', 'other-path'],
    [404, 'POST /onion_req/v2 Not Found', 'guard', 'other-path'],
    [504, 'Request time out', 'path', 'other-path'],
    [500, 'Invalid response from snode', 'path', 'other-path'],
    [400, 'Invalid ciphertext', 'path', 'other-path'],
    [400, 'Invalid internal onion request: x', 'path', 'other-path'],
    [400, 'Error parsing onion request: x', 'caller', 'no'],
    [400, 'onion request max path length exceeded', 'caller', 'no'],
    [400, 'invalid Content-Length', 'caller', 'no'],
    [413, 'Request body too large', 'caller', 'no'],
    [406, 'x', 'clock', 'after-clock-sync'],
    [425, 'x', 'clock', 'after-clock-sync'],
    [502, 'Bad Gateway', 'path', 'other-path'],
    [599, '', 'path', 'other-path'],
  ])('%i %s: %s', (status, body, scope, retry) => {
    expect(run(status, body)).toEqual({ scope, gone: false, retry })
  })

  it('without a destination node nobody but the path can be named', () => {
    const body = TEXT_NEXT_NODE_NOT_FOUND + named(4)
    expect(classifyPathError({ status: 502, body, path }).blamed).toBeUndefined()
  })
})

describe('classifyNodeAnswer', () => {
  it.each([
    [200, undefined],
    [400, 'caller'],
    [401, 'caller'],
    [406, 'clock'],
    [421, 'swarm'],
    [425, 'clock'],
    [500, 'destination'],
    [502, 'destination'],
    [503, 'destination'],
  ])('%i', (status, scope) => {
    expect(classifyNodeAnswer({ status, body: '' })?.scope).toBe(scope)
  })
})
