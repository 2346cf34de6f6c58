import { loadCatalogue } from '../../../config/catalogue.ts'
import { providers } from '../../../providers/index.ts'
import type { Offer } from '../../../src/core/catalogue.ts'
import type { ClientDialectId } from '../../../src/core/dialect.ts'
import { matchesAny } from '../../../src/core/glob.ts'
import { cardAt } from '../../../src/core/price.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { Transport, UpstreamRequest } from '../../../src/core/transport.ts'
import type { Usage } from '../../../src/core/usage.ts'
import { clientDialects } from '../../../src/dialects/index.ts'
import { newRequestId, serve } from '../../../src/pipeline/serve.ts'
import { configureProviders, regionsOf } from '../../../src/routing/configure.ts'
import { splitBytes } from '../../dialects/splits.ts'
import { secret, type FixtureHeaders, type OperatorFixture } from '../../fixtures/fixture.ts'
import { ScriptedExchange, scripted, type Script } from '../../pipeline/scripted.ts'
import { makeWorld, type FakeCaller, type Served } from '../../pipeline/world.ts'
import { incoming, type Asked } from './asking.ts'

const catalogue = loadCatalogue({ regions: regionsOf(providers, {}) })

/** What a provider sends in answer to one request. */
export interface Reply {
  readonly status: number
  readonly headers: FixtureHeaders
  readonly body: string | Uint8Array
}

/** One exchange as it went over the wire. */
interface Wire {
  readonly request: UpstreamRequest
  readonly sent: Uint8Array[]
}

/** Passes on what a transport does, and keeps it. */
function recording(transport: Transport, wires: Wire[]): Transport {
  return (request) => {
    const exchange = transport(request)
    const wire: Wire = { request, sent: [] }
    wires.push(wire)
    const read = async () => {
      const bytes = await exchange.read()
      if (bytes) wire.sent.push(bytes.slice())
      return bytes
    }
    return { head: exchange.head, read, abort: (reason) => exchange.abort(reason) }
  }
}

const token = JSON.stringify({ access_token: secret, expires_in: 3599, token_type: 'Bearer' })

/** Whom a caller asks, and in which dialect. */
interface Line {
  readonly provider: Provider
  readonly operator: OperatorFixture
  readonly dialect: ClientDialectId
}

interface Replying {
  /** In order, each cut at the given places. */
  readonly replies: readonly Reply[]
  readonly cuts?: readonly number[]
  /** What is said where keys are traded for tokens. */
  readonly tokens?: Script
}

/** The gateway in front of one provider, which replays its replies, or answers itself where it is simulated. */
export async function gatewayTo(line: Line, { replies, cuts = [], tokens = { body: [token] } }: Replying) {
  const wires: Wire[] = []
  const trades: UpstreamRequest[] = []
  const { provider, dialect: id } = line
  const replay = scripted(
    replies.map(({ body, ...head }) => ({
      ...head,
      body: splitBytes(new Uint8Array(Buffer.from(body)), cuts),
    })),
  )
  const trade: Transport = (request) => {
    trades.push(request)
    return new ScriptedExchange(tokens)
  }
  const recorded = { ...provider, simulate: provider.simulate && recording(provider.simulate, wires) }
  const world = await makeWorld({
    catalogue,
    providers: configureProviders([recorded], line.operator.environment, trade),
    transport: recording(replay, wires),
  })
  const dialect = clientDialects[id]
  const logged: unknown[] = []
  const deps = { ...world.deps, log: (...told: unknown[]) => void logged.push(told) }
  const model = `${provider.id}/${offerOf(provider, id).model}`
  const ask = async (asked: Partial<Asked> = {}, caller = world.callerWith()): Promise<Served> => {
    try {
      const credential = await world.deps.authenticator.authenticate(caller)
      const request = dialect.read(incoming(id, { model, ...asked }))
      return await readAnswer(caller, () =>
        serve(deps, { dialect, caller, credential, request, requestId: newRequestId('acme') }),
      )
    } finally {
      await caller.finished()
    }
  }
  const request = () =>
    JSON.parse(Buffer.from(wires[0]?.request.body ?? []).toString()) as Record<string, unknown>
  const sent = () => Buffer.concat(wires[0]?.sent ?? []).toString()
  return { ...world, ask, logged, wires, trades, request, sent }
}

async function readAnswer(caller: FakeCaller, begin: () => ReturnType<typeof serve>): Promise<Served> {
  const { status, headers, body } = await begin()
  if (typeof body !== 'function') return { status, headers, body: Buffer.from(body) }
  const written: Uint8Array[] = []
  await body({ write: (bytes) => void written.push(bytes), cut: () => caller.leave() })
  return { status, headers, body: Buffer.concat(written) }
}

/** A model that it sells to those who speak a dialect, at a price that holds now. */
export function offerOf(provider: Provider, dialect: ClientDialectId): Offer {
  const speech = provider.speaks.chat.find((speech) => speech.dialect === dialect)
  const offers = [...catalogue.models.values()].flat().filter((offer) => offer.provider === provider.id)
  const offer = offers.find(
    ({ cards, upstream }) =>
      cardAt(cards, Date.now()) && (!speech?.models || matchesAny(speech.models, upstream)),
  )
  if (!offer) throw new Error(`No model of ${provider.id} has a price.`)
  return offer
}

/** The usage that a simulated provider made up, from its bytes; a recorded one's is in its fixture. */
export function usageSent(provider: Provider, sent: string, recorded: Usage): Usage | undefined {
  if (!provider.simulate) return recorded
  const chunk = sent.includes('data: ')
    ? sent.split('\n\n').find((event) => event.includes('"choices":[]'))
    : sent
  const whole = new Uint8Array(Buffer.from((chunk ?? '').replace('data: ', '')))
  return clientDialects['openai-chat'].readAnswer(whole)?.usage
}
