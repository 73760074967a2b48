/** Calls back once after `ms`; the answer cancels it. */
export type Scheduler = (callback: () => void, ms: number) => () => void

/** The platform's timer. */
export const timerScheduler: Scheduler = (callback, ms) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
