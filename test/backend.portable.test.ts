import { backendName } from '@sessionkit/crypto'
import { expect, it } from 'vitest'

it('the portable project runs the portable backend', () => {
  expect(backendName).toBe('portable')
})
