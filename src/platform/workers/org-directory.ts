import { DurableObject } from 'cloudflare:workers'
import { directoryMethods } from '../../ledger/connect.ts'
import type { Directory } from '../../ledger/ledger.ts'
import { sqlDirectory } from '../../ledger/sql/directory.ts'
import { durableSql } from './durable-sql.ts'

/** The list of orgs: one object for the whole gateway, asked by admins only. */
export class OrgDirectory extends DurableObject {
  readonly #directory: Directory

  constructor(state: DurableObjectState, env: object) {
    super(state, env)
    this.#directory = sqlDirectory(durableSql(state.storage), () => Date.now())
  }

  async call(method: keyof Directory, args: readonly unknown[]): Promise<unknown> {
    if (!directoryMethods.includes(method)) throw new Error(`This directory does not know ${method} yet.`)
    return (this.#directory[method] as (...args: unknown[]) => unknown)(...args)
  }
}
