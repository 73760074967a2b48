/** The storage server version that the nodes speak. */
export const STORAGE_VERSION: readonly [number, number, number] = [2, 8, 0]
export const HARD_FORK: readonly [number, number] = [19, 4]
