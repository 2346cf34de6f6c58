import { env } from 'cloudflare:workers'
import { durableStore, type StoreBindings } from '../../../src/platform/workers/durable-store.ts'
import { testStore } from './contract.ts'

testStore('durable object', async () => durableStore(env as unknown as StoreBindings))
