import { testLedger } from './contract.ts'
import { redisUnderTest } from './redis-harness.ts'

testLedger('redis cluster', redisUnderTest({ cluster: true }), {
  crashSweeps: false,
  runs: 5,
})
