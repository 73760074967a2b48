import type { Io } from './io.ts'

export interface ProgressBar {
  /** `part` from 0 to 1. Draws at most ten times a second. */
  update(part: number, label: string): void
  /** Takes the bar off the screen; the next update draws it again. */
  clear(): void
}

const silent: ProgressBar = { update: () => {}, clear: () => {} }

/** A bar on standard error when that is a terminal; nothing in a pipe. */
export function progressBar(io: Io): ProgressBar {
  if (!io.errIsTerminal || io.env.TERM === 'dumb') return silent
  let drawn = false
  let last = 0
  return {
    update: (part, label) => {
      const now = performance.now()
      if (now - last < 100 && part < 1) return
      last = now
      const width = Math.max(10, Math.min(40, io.columns - 40))
      const full = Math.round(Math.min(1, Math.max(0, part)) * width)
      const text = `${'█'.repeat(full)}${'░'.repeat(width - full)} ${Math.floor(part * 100)}% ${label}`
      io.err(`\r\u001b[2K${text.slice(0, Math.max(1, io.columns - 1))}`)
      drawn = true
    },
    clear: () => {
      if (drawn) io.err('\r\u001b[2K')
      drawn = false
    },
  }
}
