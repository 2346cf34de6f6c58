import { testLedger } from './contract.ts'
import { redisUnderTest } from './redis-harness.ts'

testLedger('redis', redisUnderTest(), { crashSweeps: false, runs: 40, capsEndUsers: true })
