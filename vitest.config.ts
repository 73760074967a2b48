import { defineConfig } from 'vitest/config'

// `isolate: false` must stand here: in a project alone it has no effect. Files of `unit` share module state in a worker.
export default defineConfig({
  test: {
    poolOptions: { forks: { isolate: false, minForks: 1, maxForks: 2 } },
    coverage: { include: ['packages/*/src/**'] },
  },
})
