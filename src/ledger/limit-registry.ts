import { formatUsd, maxAmountNanoUsd } from '../core/money.ts'
import { orgId } from '../core/ids.ts'
import { refuse, type Refusal } from './call.ts'
import { eachEndUser, isEnforced, type Limit, type Scope } from './limit.ts'
import type { Change, Created, Key, LimitUpdate, NewKey, NewLimit, NewTopUp, TopUp } from './records.ts'
import { missing, type Registry } from './registry.ts'
import type { RecordStore } from './store.ts'
import { limitToWire } from './wire.ts'

/** More on one org, project, key or end user would make each of its calls slow. */
const maxLimitsOfScope = 100
const taken = refuse('conflict', 'There is a limit of this id already.')
const tooMany = refuse('conflict', `One scope has at most ${maxLimitsOfScope} limits.`)
const notPrepaid = refuse('invalid_request', 'Only a lifetime limit on cost can be topped up.')
const notWhole = refuse('invalid_request', 'A top-up needs a whole, safe amount above zero.')
const tooLarge = refuse('invalid_request', 'A limit is at most 4 million USD.')

interface Owner {
  readonly keyId: string
  readonly projectId?: string
  readonly endUser?: string
}

/** The limits of an org, its projects, its keys and its end users: the same rules over the records of any engine. */
export class LimitRegistry {
  readonly #records: RecordStore
  readonly #registry: Registry
  readonly #now: () => number

  constructor(records: RecordStore, registry: Registry, now: () => number) {
    this.#records = records
    this.#registry = registry
    this.#now = now
  }

  limit(id: string): Limit | undefined {
    return this.#records.get('limit', id)
  }

  /** The limits that a call counts towards, widest scope first. */
  above({ keyId, projectId, endUser }: Owner): Limit[] {
    const project = projectId === undefined ? [] : this.#of({ type: 'project', id: projectId })
    const endUsers = endUser === undefined ? [] : this.#ofEndUser(endUser)
    return [...this.#ofOrg(), ...project, ...this.#of({ type: 'key', id: keyId }), ...endUsers]
  }

  /** Whether a limit on cost stands above what a key does, for whichever of its end users. */
  costLimited(owner: Owner): boolean {
    const limits = this.above({ ...owner, endUser: eachEndUser })
    return limits.some((limit) => limit.metric === 'cost' && isEnforced(limit))
  }

  /** The limits that everything in a project, or in the org, counts towards. */
  ofGroup(projectId: string | undefined): Limit[] {
    const project = projectId === undefined ? [] : this.#of({ type: 'project', id: projectId })
    return [...this.#ofOrg(), ...project]
  }

  create(limit: NewLimit, change: Change): Created<Limit> | Refusal {
    return this.#registry.create('limit', { id: limit.id, change }, () => {
      if (!this.#scopeExists(limit.scope)) return missing
      return this.#of(limit.scope).length < maxLimitsOfScope ? this.#add(limit, change) : tooMany
    })
  }

  /** Makes a key with its limits. */
  createKey(key: NewKey, change: Change): Created<Key> | Refusal {
    if (key.limits.length > maxLimitsOfScope) return tooMany
    const known = this.#registry.key(key.id) !== undefined
    if (!known && key.limits.some(({ id }) => this.limit(id))) return taken
    return this.#registry.createKey(key, change, () => {
      for (const limit of key.limits) this.#add(limit, change)
    })
  }

  #add(limit: NewLimit, change: Change): Limit {
    const record: Limit = { ...limit, createdAt: this.#now() }
    const owner = scopeOwner(limit.scope)
    const details = limitToWire(record)
    return this.#registry.put('limit', record, { change, action: 'limit-created', details, owner })
  }

  update(limit: Limit, update: LimitUpdate, change: Change): Limit {
    return this.#put(updated(limit, update), { change, action: 'limit-updated' })
  }

  remove(limit: Limit, change: Change): void {
    this.#records.remove('limit', limit.id)
    this.#registry.note(limit.id, { change, action: 'limit-deleted', details: limitToWire(limit) })
  }

  topUp({ id, limitId, amount, note }: NewTopUp, change: Change): Created<TopUp> | Refusal {
    return this.#registry.create('top-up', { id, change }, () => {
      const limit = this.limit(limitId)
      if (!limit) return missing
      if (limit.metric !== 'cost' || limit.per !== 'lifetime') return notPrepaid
      if (!Number.isSafeInteger(amount) || amount <= 0) return notWhole
      if (limit.amount + amount > maxAmountNanoUsd) return tooLarge
      this.#put({ ...limit, amount: limit.amount + amount }, { change, action: 'limit-topped-up' })
      const record: TopUp = {
        id,
        limitId,
        amount,
        ...(note !== undefined && { note }),
        createdAt: this.#now(),
      }
      const details = { limit_id: limitId, amount: formatUsd(amount) }
      return this.#registry.put('top-up', record, {
        change,
        action: 'top-up-created',
        details,
        owner: limitId,
      })
    })
  }

  #put(limit: Limit, { change, action }: { change: Change; action: string }): Limit {
    const owner = scopeOwner(limit.scope)
    return this.#registry.put('limit', limit, { change, action, details: limitToWire(limit), owner })
  }

  #ofOrg(): readonly Limit[] {
    return this.#of({ type: 'org', id: orgId(this.#registry.org()?.slug ?? '') })
  }

  #ofEndUser(endUser: string): readonly Limit[] {
    const own = endUser === eachEndUser ? [] : this.#of({ type: 'end_user', id: endUser })
    return [...this.#of({ type: 'end_user', id: eachEndUser }), ...own]
  }

  #of(scope: Scope): readonly Limit[] {
    const all = { owner: scopeOwner(scope), order: 'ascending', limit: maxLimitsOfScope } as const
    return this.#records.list('limit', all)
  }

  #scopeExists({ type, id }: Scope): boolean {
    if (type === 'org') return id === orgId(this.#registry.org()?.slug ?? '')
    if (type === 'end_user') return true
    return (type === 'project' ? this.#registry.project(id) : this.#registry.key(id)) !== undefined
  }
}

/** Under which name the limits of a scope are listed: an end user may be called anything, so its type stands in front. */
export function scopeOwner({ type, id }: Scope): string {
  return type === 'end_user' ? `end_user:${id}` : id
}

function updated(limit: Limit, { amount, burst, mode, whenShort, onLost }: LimitUpdate): Limit {
  const { mode: oldMode, whenShort: oldShort, onLost: oldLost, ...rest } = limit
  const shadow = mode === undefined ? oldMode === 'shadow' : mode === 'shadow'
  const clamp = whenShort === undefined ? oldShort === 'clamp' : whenShort === 'clamp'
  const hold = onLost === undefined ? oldLost === 'hold' : onLost === 'hold'
  return {
    ...rest,
    ...(amount !== undefined && { amount }),
    ...(burst !== undefined && { burst }),
    ...(shadow && { mode: 'shadow' }),
    ...(clamp && { whenShort: 'clamp' }),
    ...(hold && { onLost: 'hold' }),
  }
}
