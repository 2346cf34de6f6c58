import { makeSqliteLedger, stopTimers } from './sqlite-harness.ts'
import { testLedger } from './contract.ts'

stopTimers()
testLedger('sqlite', makeSqliteLedger, { crashSweeps: true, runs: 60, capsEndUsers: true })
