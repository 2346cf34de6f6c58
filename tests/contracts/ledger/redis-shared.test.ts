import { testLedger } from './contract.ts'
import { redisUnderTest } from './redis-harness.ts'

testLedger('shared redis', redisUnderTest({ connections: 3 }), {
  crashSweeps: false,
  runs: 40,
  capsEndUsers: true,
})
