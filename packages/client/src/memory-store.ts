import type { ClientStore } from './store.ts'
export declare function memoryStore(): ClientStore
