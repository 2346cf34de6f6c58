import { connectLedger } from '../../ledger/connect.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Store } from '../../store/store.ts'
import { insist } from './insist.ts'
import type { RedisGateway } from './redis-gateway.ts'

export interface RedisBindings {
  readonly REDIS_GATEWAY: DurableObjectNamespace<RedisGateway>
}

/** So many objects share the orgs, each with one connection to Redis. */
const gateways = 8

function gatewaysOf({ REDIS_GATEWAY }: RedisBindings) {
  return (org: string) => REDIS_GATEWAY.get(REDIS_GATEWAY.idFromName(`gateway-${shareOf(org)}`))
}

/** The store in Redis as Workers reach it. */
export function redisWorkersStore(bindings: RedisBindings): Store {
  const gatewayOf = gatewaysOf(bindings)
  return {
    put: (org, stored) => insist(() => gatewayOf(org).putText(org, stored)),
    get: (org, kind, id) => insist(() => gatewayOf(org).getText(org, kind, id)),
    renew: (org, kind, renewal) => insist(() => gatewayOf(org).renewTexts(org, kind, renewal)),
    delete: (org, kind, id) => insist(() => gatewayOf(org).deleteText(org, kind, id)),
    close: async () => {},
  }
}

/** The ledger in Redis as Workers reach it. */
export function redisWorkersLedger(bindings: RedisBindings): Ledger {
  const gatewayOf = gatewaysOf(bindings)
  return connectLedger({
    book: (org) => (method, args) =>
      insist(() => gatewayOf(org).callBook(org, method, args) as Promise<never>),
    directory: (method, args) => insist(() => gatewayOf('').callDirectory(method, args) as Promise<never>),
    close: async () => {},
  })
}

/** An org always has the same gateway, which remembers its keys and limits. */
function shareOf(org: string): number {
  let hash = 0
  for (const character of org) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return hash % gateways
}
