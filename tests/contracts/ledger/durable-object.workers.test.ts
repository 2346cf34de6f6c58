import { testLedger } from './contract.ts'
import { makeDurableLedger } from './durable-object-harness.ts'

testLedger('durable object', makeDurableLedger, { crashSweeps: false, runs: 30, burst: 400 })
