import { setTimeout } from 'node:timers/promises'
import { isSessionKitError } from '@sessionkit/bytes'
import { Client, type MessageEvent, type Sent } from '@sessionkit/client'
import type { NodeRecord } from '@sessionkit/devnet'
import type { NetworkDefinitionInput, RequestEvent } from '@sessionkit/network'
import { CliError } from '../error.ts'
import type { DemoEvent } from './events.ts'
import { checkOnlyOnions, checkRequest, type ObservedNode, recordsOf, sightsOf } from './observe.ts'

export interface StoryOptions {
  readonly network: NetworkDefinitionInput
  readonly nodes: readonly ObservedNode[]
  /** The swarm of an account. */
  readonly swarmOf: (id: string) => string
  readonly emit: (event: DemoEvent) => void
  readonly signal: AbortSignal
}

/**
 * The main job: two accounts, a message each way, a delivery around two stopped nodes, and a restored account. Every
 * step is checked while it happens; the first that does not happen as told throws `CLI_DEMO_CLAIM`.
 */
export async function playStory(options: StoryOptions): Promise<void> {
  const story = new Story(options)
  try {
    await story.play()
  } finally {
    await story.close()
  }
}

/** Between the attempts of a request: nobody has to be spared on a network of one's own. */
const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  setTimeout(Math.min(ms, LONGEST_PAUSE_MS), undefined, signal === undefined ? {} : { signal })

const LONGEST_PAUSE_MS = 100

/** How often a person of the story tries. */
const MAX_TURNS = 3

/** An account of the story and its client. */
interface Person {
  readonly name: string
  readonly client: Client
  readonly received: MessageEvent[]
  readonly requests: RequestEvent[]
}

class Story {
  readonly #options: StoryOptions
  readonly #people: Person[] = []
  readonly #used = new Set<NodeRecord>()
  readonly #lastPath = new Map<Person, readonly string[]>()
  readonly #started: number = performance.now()
  #claims = 0
  #requests = 0
  #step = 0

  constructor(options: StoryOptions) {
    this.#options = options
  }

  async play(): Promise<void> {
    const { nodes, emit } = this.#options
    this.#title('Two accounts')
    const ada = await this.#open('Ada', { create: { displayName: 'Ada' } })
    const bob = await this.#open('Bob', { create: { displayName: 'Bob' } })

    this.#title('A message each way, through three nodes each')
    await this.#deliver(ada, bob, 'Hello Bob, can anybody else read this?')
    await this.#deliver(bob, ada, 'Not a word of it, Ada.')
    this.#claim('no node saw both ends of a request', 'checked in the records of every node on the way')

    this.#title('A node of the path and a node of the recipient’s swarm stop')
    await this.#stopTwo(ada, bob)
    await this.#deliver(ada, bob, 'Two nodes are gone. Does this arrive?')
    this.#claim('the message arrived around the stopped nodes')

    this.#title('The second account on a new device, from its phrase alone')
    const phrase = bob.client.exportPhrase()
    const earlier = bob.received.map(({ text }) => text)
    await this.#close(bob)
    const waiting = 'Written while Bob’s device was lost.'
    await this.#send(ada, bob, waiting)
    const restored = await this.#open('Bob’s new device', { phrase })
    this.#claim('the phrase gives the same Session ID', '', restored.client.sessionId === bob.client.sessionId)
    await this.#poll(restored)
    for (const text of [...earlier, waiting]) this.#received(restored, ada, text)
    this.#claim('the new device read every waiting message', `${earlier.length + 1} of them`)

    checkOnlyOnions(nodes)
    this.#claim('no client ever called a node but a guard')
    const ms = Math.round(performance.now() - this.#started)
    emit({ type: 'summary', ok: true, claims: this.#claims, requests: this.#requests, ms })
  }

  async close(): Promise<void> {
    for (const person of [...this.#people]) await this.#close(person)
  }

  #title(title: string): void {
    this.#options.signal.throwIfAborted()
    this.#options.emit({ type: 'step', step: ++this.#step + 1, title })
  }

  async #open(name: string, account: Parameters<typeof Client.open>[0]['account']): Promise<Person> {
    const client = await Client.open({ network: this.#options.network, account, networkOptions: { sleep } })
    const person: Person = { name, client, received: [], requests: [] }
    client.on('message', (message) => void person.received.push(message))
    client.on('request', (request) => void person.requests.push(request))
    this.#people.push(person)
    const { sessionId } = client
    const { emit, swarmOf } = this.#options
    emit({ type: 'account', name, sessionId, swarm: swarmOf(sessionId) })
    return person
  }

  async #close(person: Person): Promise<void> {
    const at = this.#people.indexOf(person)
    if (at >= 0) this.#people.splice(at, 1)
    await person.client.close()
  }

  async #deliver(from: Person, to: Person, text: string): Promise<void> {
    await this.#send(from, to, text)
    await this.#poll(to)
    this.#received(to, from, text)
  }

  async #send(from: Person, to: Person, text: string): Promise<Sent> {
    const { swarmOf, nodes, emit, signal } = this.#options
    const sent = await this.#patiently(from, () => from.client.send(to.client.sessionId, { text }, { signal }))
    const swarm = swarmOf(to.client.sessionId)
    const running = nodes.filter((node) => node.swarm === swarm && node.isRunning())
    const holding = running.filter((node) => node.holds(to.client.sessionId, sent.hash))
    this.#hold(
      holding.length === running.length && running.length > 0,
      `all ${running.length} running nodes of the swarm store the message, ${holding.length} do`,
    )
    this.#hold(
      sent.members.length > 0 && sent.members.every((key) => running.some(({ ed25519 }) => ed25519 === key)),
      'those who signed for the message are running nodes of the recipient’s swarm',
    )
    emit({
      type: 'stored',
      from: from.name,
      to: to.name,
      text,
      hash: sent.hash,
      swarm,
      heldBy: holding.map(({ number }) => number),
      running: running.map(({ number }) => number),
      signedBy: sent.members.length,
    })
    return sent
  }

  async #poll(person: Person): Promise<void> {
    const { signal } = this.#options
    const { undecryptable } = await this.#patiently(person, () => person.client.poll({ signal }))
    this.#hold(undecryptable === 0, `${person.name} can open every message`)
  }

  /**
   * Does it again when the network gave up, as an outbox would: with nodes that died a moment ago, and that nobody can
   * name, the attempts of one call may all have met them. What was tried is told also when it was in vain.
   */
  async #patiently<T>(person: Person, action: () => Promise<T>): Promise<T> {
    for (let turn = 1; ; turn++) {
      try {
        return await action().finally(() => this.#flush(person))
      } catch (error) {
        if (turn === MAX_TURNS || !isSessionKitError(error) || !error.code.startsWith('NETWORK_')) throw error
        this.#options.signal.throwIfAborted()
        this.#options.emit({ type: 'again', who: person.name, error: error.code })
      }
    }
  }

  /** The recipient has the text, and the signature inside names the sender. */
  #received(person: Person, from: Person, text: string): void {
    const message = person.received.find((each) => each.text === text && !each.outgoing)
    if (message === undefined) throw broken(`${person.name} received “${text}”`)
    this.#hold(message.sender === from.client.sessionId, `the sender is ${from.name}`)
    const { sender } = message
    this.#options.emit({ type: 'received', who: person.name, text, sender, senderName: from.name, verified: true })
  }

  /** Tells and checks the requests that a person made since the last time. */
  #flush(person: Person): void {
    const { nodes, emit } = this.#options
    const numberOf = (key: string): number => nodes.find(({ ed25519 }) => ed25519 === key)?.number ?? 0
    for (const request of person.requests.splice(0)) {
      const chain = recordsOf(request, nodes, this.#used)
      const ok = request.error === undefined
      emit({
        type: 'request',
        who: person.name,
        method: request.method,
        attempt: request.attempt,
        ms: Math.round(request.ms),
        ok,
        error: request.error ?? null,
        path: request.path.map(({ ed25519 }) => numberOf(ed25519)),
        destination: numberOf(request.destination.ed25519),
        sights: sightsOf(chain, nodes),
      })
      if (!ok) continue
      checkRequest(request, chain)
      this.#requests++
      this.#lastPath.set(
        person,
        request.path.map(({ ed25519 }) => ed25519),
      )
    }
  }

  async #stopTwo(ada: Person, bob: Person): Promise<void> {
    const { swarmOf, nodes, emit } = this.#options
    const swarm = swarmOf(bob.client.sessionId)
    const path = this.#lastPath.get(ada) ?? []
    const onPath = nodes.find(({ ed25519 }) => ed25519 === path[1])
    const inSwarm = nodes.find((node) => node.swarm === swarm && !path.includes(node.ed25519))
    if (onPath === undefined || inSwarm === undefined) throw broken('there is a node of the path and one of the swarm')
    for (const [node, why] of [
      [onPath, `it was in the middle of ${ada.name}’s path`],
      [inSwarm, `it belongs to ${bob.name}’s swarm`],
    ] as const) {
      await node.stop()
      this.#hold(!node.isRunning(), `node ${node.number} has stopped`)
      emit({ type: 'stopped', node: node.number, why })
    }
  }

  #claim(claim: string, detail = '', held = true): void {
    this.#hold(held, claim)
    this.#claims++
    this.#options.emit({ type: 'claim', claim, held: true, detail })
  }

  #hold(condition: boolean, claim: string): void {
    if (!condition) throw broken(claim)
  }
}

const broken = (claim: string): CliError =>
  new CliError('CLI_DEMO_CLAIM', `the demo saw something else than it claims: ${claim}`)
