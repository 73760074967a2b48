import { defineWorkspace } from 'vitest/config'

const conditions = ['@sessionkit/source', 'node', 'import', 'module', 'default']
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } }
const isolated = 'packages/*/test/**/*.isolated.test.ts'

export default defineWorkspace([
  {
    ...shared,
    test: { name: 'unit', include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], exclude: [isolated] },
  },
  { ...shared, test: { name: 'isolated', include: [isolated], poolOptions: { forks: { isolate: true } } } },
])
