import { DurableObject } from 'cloudflare:workers'
import { sqlTexts, type SqlTexts } from '../../store/sql-texts.ts'
import type { Renewal, StoredKind, StoredText } from '../../store/store.ts'
import { durableSql } from './durable-sql.ts'

/** What is kept for one org besides its books. */
export class OrgStore extends DurableObject {
  readonly #texts: SqlTexts

  constructor(state: DurableObjectState, env: object) {
    super(state, env)
    this.#texts = sqlTexts(durableSql(state.storage), () => Date.now())
  }

  async put(org: string, stored: StoredText): Promise<void> {
    this.#texts.put(org, stored)
  }

  async get(org: string, kind: StoredKind, id: string): Promise<string | undefined> {
    return this.#texts.get(org, kind, id)
  }

  async renew(org: string, kind: StoredKind, renewal: Renewal): Promise<void> {
    this.#texts.renew(org, kind, renewal)
  }

  async delete(org: string, kind: StoredKind, id: string): Promise<boolean> {
    return this.#texts.delete(org, kind, id)
  }
}
