import { defineWorkspace } from 'vitest/config'

const withConditions = (...names: string[]) => {
  const conditions = ['@sessionkit/source', ...names, 'import', 'module', 'default']
  return { resolve: { conditions }, ssr: { resolve: { conditions } } }
}
const shared = withConditions('node')
const isolated = 'packages/*/test/**/*.isolated.test.ts'
const portable = ['packages/{onion,envelope,session-id,swarm}/test/**/*vectors*.test.ts', 'test/*.portable.test.ts']

export default defineWorkspace([
  {
    ...shared,
    test: {
      name: 'unit',
      include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: [isolated, 'test/*.portable.test.ts'],
    },
  },
  // The known answers once more as a browser would compute them, with crypto's portable backend.
  {
    ...withConditions(),
    test: { name: 'portable', include: portable },
  },
  { ...shared, test: { name: 'isolated', include: [isolated], poolOptions: { forks: { isolate: true } } } },
])
