import { describe, it } from 'vitest'
import { callPromises } from './calls.ts'
import { changePromises } from './changes.ts'
import { leaseMs, noon, TestOrg, type MakeLedger } from './harness.ts'
import { directoryPromises } from './directory.ts'
import { keyPromises } from './keys.ts'
import { leasePromises } from './leases.ts'
import { limitPromises } from './limits.ts'
import { modelPromises, type ModelOptions } from './model.ts'
import { ratePromises } from './rates.ts'
import { recordPromises } from './records.ts'
import { settlementPromises } from './settlements.ts'
import { soundnessPromises } from './soundness.ts'
import { usagePromises } from './usage.ts'
import { windowPromises } from './windows.ts'

/** States one promise of a ledger, and proves it in an org of its own. */
export type Promises = (promise: string, prove: (org: TestOrg) => Promise<void>) => void

/** Everything that a ledger promises, whatever it is made of. */
export function testLedger(name: string, makeLedger: MakeLedger, options: ModelOptions): void {
  const promises: Promises = (promise, prove) =>
    it(promise, async () => {
      const clock = { time: noon }
      const running = await makeLedger({ now: () => clock.time, leaseMs })
      try {
        await prove(await new TestOrg(running, clock).create())
      } finally {
        await running.destroy()
      }
    })

  describe(`${name} ledger`, () => {
    describe('keys', () => keyPromises(promises))
    describe('calls', () => callPromises(promises))
    describe('settlements', () => settlementPromises(promises))
    describe('leases', () => leasePromises(promises, options))
    describe('limits', () => limitPromises(promises))
    describe('windows', () => windowPromises(promises))
    describe('rates', () => ratePromises(promises))
    describe('changes', () => changePromises(promises))
    describe('soundness', () => soundnessPromises(promises))
    describe('records', () => recordPromises(promises))
    describe('usage', () => usagePromises(promises))
    describe('directory', () => directoryPromises(promises))
    describe('model', () => modelPromises(makeLedger, options))
  })
}
