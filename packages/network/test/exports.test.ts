import { expect, it } from 'vitest'
import * as network from '../src/index.ts'

it('exports these names', () => {
  expect(Object.keys(network).sort()).toEqual([
    'MAX_PAGES',
    'MAX_POOL_NODES',
    'MAX_RESPONSE_BYTES',
    'MAX_SEED_NODES',
    'NetworkError',
    'createClock',
    'createNetwork',
    'createPaths',
    'createPool',
    'createSwarms',
    'loadNetwork',
    'parseNetworkDefinition',
    'presets',
  ])
})
