import type { Style } from '../style.ts'
import { printable } from '../style.ts'
import type { DemoEvent, Sight } from './events.ts'

/** One event as lines for people. */
export function linesOf(event: DemoEvent, style: Style): string[] {
  const { bold, dim, green, red, yellow, cyan } = style
  switch (event.type) {
    case 'step':
      return ['', bold(`${event.step}. ${event.title}`)]
    case 'devnet': {
      const swarms = new Map<string, number[]>()
      for (const { swarm, number } of event.nodes) swarms.set(swarm, [...(swarms.get(swarm) ?? []), number])
      return [
        `   ${event.nodes.length} service nodes and a seed node, HTTPS on loopback, own keys and certificates`,
        ...[...swarms].map(([swarm, numbers]) => `   swarm ${swarm}: nodes ${numbers.join(', ')}`),
      ]
    }
    case 'account':
      return [`   ${bold(event.name)}  ${cyan(event.sessionId)}  ${dim(`swarm ${event.swarm}`)}`]
    case 'request': {
      const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : ''
      const result = event.ok ? green(`${event.ms} ms`) : red(`failed: ${event.error ?? 'no answer'}`)
      const path = [...event.path, event.destination].join(' → ')
      return [
        `   ${bold(event.who)} sends a ${event.method} request${attempt}: nodes ${path}  ${result}`,
        ...event.sights.map((sight) => `     ${sightLine(sight, style)}`),
      ]
    }
    case 'stored': {
      const held = `nodes ${event.heldBy.join(', ')}`
      return [
        `   ${green('stored')} by swarm ${event.swarm}: ${held} hold it (all that run), ${event.signedBy} signed for it`,
      ]
    }
    case 'received':
      return [
        `   ${bold(event.who)} reads ${yellow(`“${printable(event.text)}”`)}`,
        `     from ${event.senderName}, verified: ${cyan(event.sender)}`,
      ]
    case 'again':
      return [`   ${yellow(`${event.who} tries again`)}: the network gave up (${event.error})`]
    case 'stopped':
      return [`   ${red(`node ${event.node} stops`)}: ${event.why}`]
    case 'claim':
      return [`   ${green('✓')} ${event.claim}${event.detail === '' ? '' : dim(` (${event.detail})`)}`]
    case 'summary':
      return [
        '',
        bold(
          green(
            `All ${event.claims} claims held over ${event.requests} requests in ${(event.ms / 1000).toFixed(1)} s.`,
          ),
        ),
      ]
  }
}

function sightLine(sight: Sight, { dim, magenta }: Style): string {
  const { role, node, previous, next, method, bytesIn, bytesOut, answerBytes } = sight
  const who = `${magenta(`${role} node ${node}`)} ${dim('saw')}`
  return next === null
    ? `${who} ${bytesIn} bytes from ${previous}: it reads a ${method} request; ${answerBytes} back`
    : `${who} ${bytesIn} bytes from ${previous}, passed ${bytesOut} to ${next}; ${answerBytes} back`
}
