import { testLedger } from './contract.ts'
import { redisProcessesUnderTest } from './redis-processes-harness.ts'

testLedger('redis with several processes', redisProcessesUnderTest(3), {
  crashSweeps: false,
  runs: 30,
  capsEndUsers: true,
})
