import type { Store } from '../../store/store.ts'
import { insist } from './insist.ts'
import { pinned } from './jurisdiction.ts'
import type { OrgStore } from './org-store.ts'

export interface StoreBindings {
  readonly ORG_STORE: DurableObjectNamespace<OrgStore>
}

/** The store in Durable Objects, one an org. All that is done twice is as if done once. */
export function durableStore({ ORG_STORE }: StoreBindings): Store {
  const storeOf = (org: string) => {
    const stores = pinned(ORG_STORE, org)
    return stores.get(stores.idFromName(org))
  }
  return {
    put: (org, stored) => insist(() => storeOf(org).put(org, stored)),
    get: (org, kind, id) => insist(() => storeOf(org).get(org, kind, id)),
    renew: (org, kind, renewal) => insist(() => storeOf(org).renew(org, kind, renewal)),
    delete: (org, kind, id) => insist(() => storeOf(org).delete(org, kind, id)),
    close: async () => {},
  }
}
