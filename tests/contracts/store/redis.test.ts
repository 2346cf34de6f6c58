import { connectRedis } from '../../../src/ledger/redis/connection.ts'
import { redisStore } from '../../../src/store/redis-store.ts'
import { startRedis } from '../../support/redis.ts'
import { testStore } from './contract.ts'

testStore('redis', async () => {
  const server = await startRedis()
  const store = redisStore(connectRedis({ url: server.url, onError: () => {} }))
  return { ...store, close: () => store.close().finally(() => server.stop()) }
})
