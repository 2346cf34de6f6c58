import { loadCatalogue } from '../../../config/catalogue.ts'
import { providers } from '../../../providers/index.ts'
import type { Offer } from '../../../src/core/catalogue.ts'
import { cardAt } from '../../../src/core/price.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { Transport, UpstreamRequest } from '../../../src/core/transport.ts'
import type { Usage } from '../../../src/core/usage.ts'
import { clientDialects } from '../../../src/dialects/index.ts'
import { configureProviders, regionsOf } from '../../../src/routing/configure.ts'
import { splitBytes } from '../../dialects/splits.ts'
import type { FixtureHeaders } from '../../fixtures/fixture.ts'
import { scripted } from '../../pipeline/scripted.ts'
import { makeWorld } from '../../pipeline/world.ts'

const catalogue = loadCatalogue({ regions: regionsOf(providers, {}) })
export const secret = 'operator-credential'
const dialect = clientDialects['openai-chat']

/** What a provider sends in answer to one request. */
export interface Reply {
  readonly status: number
  readonly headers: FixtureHeaders
  readonly body: string
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

/** The gateway in front of one provider, which replays a reply cut at the given places, or answers itself where it is simulated. */
export async function gatewayTo(provider: Provider, reply: Reply, cuts: readonly number[] = []) {
  const wires: Wire[] = []
  const { status, headers, body } = reply
  const replay = scripted([{ status, headers, body: splitBytes(new Uint8Array(Buffer.from(body)), cuts) }])
  const recorded = { ...provider, simulate: provider.simulate && recording(provider.simulate, wires) }
  const environment = provider.auth.kind === 'header' ? { [provider.auth.env]: secret } : {}
  const world = await makeWorld({
    catalogue,
    providers: configureProviders([recorded], environment, replay),
    transport: recording(replay, wires),
  })
  const request = () =>
    JSON.parse(Buffer.from(wires[0]?.request.body ?? []).toString()) as Record<string, unknown>
  const sent = () => Buffer.concat(wires[0]?.sent ?? []).toString()
  return { ...world, wires, request, sent }
}

/** A model that it sells, at a price that holds now. */
export function offerOf(provider: Provider): Offer {
  const offers = [...catalogue.models.values()].flat().filter((offer) => offer.provider === provider.id)
  const offer = offers.find(({ cards }) => cardAt(cards, Date.now()))
  if (!offer) throw new Error(`No model of ${provider.id} has a price.`)
  return offer
}

/** A call of that model. */
export function requestTo(provider: Provider, more: object = {}) {
  const model = `${provider.id}/${offerOf(provider).model}`
  return { model, messages: [{ role: 'user', content: 'What is a weir? 🌊' }], user: 'alice', ...more }
}

/** The usage that a simulated provider made up, from its bytes; a recorded one's is in its fixture. */
export function usageSent(provider: Provider, sent: string, recorded: Usage): Usage | undefined {
  if (!provider.simulate) return recorded
  const chunk = sent.includes('data: ')
    ? sent.split('\n\n').find((event) => event.includes('"choices":[]'))
    : sent
  return dialect.readAnswer(new Uint8Array(Buffer.from((chunk ?? '').replace('data: ', ''))))?.usage
}
