import { expect, test } from 'vitest'
import * as devnet from '../src/index.ts'

test('exported names', () => {
  expect(Object.keys(devnet).sort()).toEqual([
    'DevnetError',
    'MAX_BODY_BYTES',
    'MAX_QUEUED_WRITES',
    'MAX_RECORDS',
    'StorageNode',
    'blobHash',
    'createScenarioWorld',
    'hasSubaccountAccess',
    'replayScenario',
    'selectRetrievePage',
    'startDevnet',
  ])
})
