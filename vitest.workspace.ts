import { fileURLToPath } from 'node:url'
import { defineWorkspace } from 'vitest/config'

const conditions = ['@sessionkit/source', 'node', 'import', 'module', 'default']
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } }
// Fuzz runs and networks take their time on a busy machine; what hangs is still caught.
const testTimeout = 60_000
const isolated = 'packages/*/test/**/*.isolated.test.ts'
// The known answers once more, as a browser would compute them, and with `@sessionkit/crypto/native`.
const knownAnswers = 'packages/{onion,envelope,swarm,open-groups,attachments,closed-groups}/test/vectors.test.ts'
// Vite adds the condition `node` by itself, so the backend is named here instead of left to conditions.
const backend = (name: string): string =>
  fileURLToPath(new URL(`packages/crypto/src/backend-${name}.ts`, import.meta.url))

export default defineWorkspace([
  {
    ...shared,
    test: {
      name: 'unit',
      testTimeout,
      include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: [isolated, 'test/*.portable.test.ts'],
    },
  },
  {
    ...shared,
    resolve: { conditions, alias: { '#backend': backend('portable') } },
    test: { name: 'portable', testTimeout, include: [knownAnswers, 'test/*.portable.test.ts'] },
  },
  {
    ...shared,
    resolve: { conditions, alias: { '#backend': backend('native') } },
    test: { name: 'native', testTimeout, include: [knownAnswers] },
  },
  {
    ...shared,
    test: { name: 'isolated', testTimeout, include: [isolated], poolOptions: { forks: { isolate: true } } },
  },
])
