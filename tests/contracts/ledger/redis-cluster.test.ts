import { testLedger } from './contract.ts'
import { redisUnderTest } from './redis-harness.ts'

testLedger('redis cluster', redisUnderTest({ connections: 1, cluster: true }), {
  crashSweeps: false,
  runs: 5,
})
