import type { Io } from '../io.ts'
import { type Style, styleOf } from '../style.ts'
import type { DemoEvent, DemoNode } from './events.ts'
import { linesOf } from './lines.ts'

/**
 * The demo on a terminal: what happened scrolls by, and below it stays a map of the nodes, swarm by swarm, with the last
 * path, the stopped nodes and what is going on.
 */
export function liveScreen(io: Io): { show(event: DemoEvent): void; close(): void } {
  const style = styleOf(io)
  const map = new NodeMap(style, io)
  let height = 0
  let frame = 0
  const erase = (): string => (height === 0 ? '' : `\u001b[${height}A\r\u001b[0J`)
  const draw = (lines: readonly string[]): void => {
    const panel = map.lines(frame++)
    io.out(`${erase()}${lines.map((line) => `${line}\n`).join('')}${panel.map((line) => `${line}\n`).join('')}`)
    height = panel.length
  }
  // The spinner; unref'ed, so that it keeps nothing alive.
  const timer = setInterval(() => draw([]), 100)
  timer.unref()
  io.out('\u001b[?25l')
  return {
    show: (event) => {
      map.take(event)
      draw(linesOf(event, style))
    },
    close: () => {
      clearInterval(timer)
      io.out(`${erase()}\u001b[?25h`)
      height = 0
    },
  }
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

class NodeMap {
  readonly #style: Style
  readonly #io: Pick<Io, 'columns'>
  #nodes: readonly DemoNode[] = []
  #doing = ''
  #path: readonly number[] = []
  #destination = 0
  readonly #stopped = new Set<number>()

  constructor(style: Style, io: Pick<Io, 'columns'>) {
    this.#style = style
    this.#io = io
  }

  take(event: DemoEvent): void {
    if (event.type === 'devnet') this.#nodes = event.nodes
    else if (event.type === 'step') this.#doing = event.title
    else if (event.type === 'stopped') this.#stopped.add(event.node)
    else if (event.type === 'request') {
      this.#path = event.path
      this.#destination = event.destination
    }
  }

  lines(frame: number): string[] {
    const { bold, cyan, dim } = this.#style
    const { columns } = this.#io
    const swarms = [...new Set(this.#nodes.map(({ swarm }) => swarm))]
    // A line that wraps would be two on the screen, and the panel could not be taken off again.
    const perLine = Math.max(1, Math.floor((columns - 21) / 5))
    const maps = swarms.flatMap((swarm) => {
      const nodes = this.#nodes.filter((node) => node.swarm === swarm)
      const rows = Array.from({ length: Math.ceil(nodes.length / perLine) }, (_, i) => i * perLine)
      return rows.map((from) => {
        const marks = nodes.slice(from, from + perLine).map((node) => this.#mark(node.number))
        return `  ${dim((from === 0 ? swarm : '').padStart(16))}  ${marks.join(' ')}`
      })
    })
    const legend = `  ${dim('●')} runs  ${this.#style.magenta('◆')} path  ${this.#style.green('◆')} destination  ${this.#style.red('✕')} stopped`
    return [
      '',
      ...maps,
      ...(maps.length > 0 ? [dim(legend)] : []),
      `${cyan(spinner[frame % spinner.length]!)} ${bold(this.#doing.slice(0, Math.max(1, columns - 3)))}`,
    ]
  }

  #mark(number: number): string {
    const { dim, green, magenta, red } = this.#style
    const label = String(number).padEnd(3)
    if (this.#stopped.has(number)) return red(`✕${label}`)
    if (number === this.#destination) return green(`◆${label}`)
    return this.#path.includes(number) ? magenta(`◆${label}`) : dim(`●${label}`)
  }
}
