import { createWorker } from './create-worker.ts'
import {
  redisWorkersLedger,
  redisWorkersStore,
  type RedisBindings,
} from './platform/workers/redis-workers-ledger.ts'

/** The Worker whose ledger is a Redis, shared with other gateways: `npx wrangler deploy --env redis`. */

export { RedisGateway } from './platform/workers/redis-gateway.ts'

export default createWorker<RedisBindings>({
  kind: 'redis',
  connect: redisWorkersLedger,
  store: redisWorkersStore,
})
