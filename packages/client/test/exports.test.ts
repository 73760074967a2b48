import { expect, it } from 'vitest'
import * as client from '../src/index.ts'

it('exports these names', () => {
  expect(Object.keys(client).sort()).toEqual([
    'Client',
    'ClientError',
    'MAX_TEXT_CODE_POINTS',
    'memoryStore',
    'timerScheduler',
  ])
})
