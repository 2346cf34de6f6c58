import { describe, it } from 'vitest'
import { adjustmentPromises } from './adjustments.ts'
import { burstPromises } from './burst.ts'
import { callPromises } from './calls.ts'
import { changePromises } from './changes.ts'
import { directoryPromises } from './directory.ts'
import { endUserRoomPromises } from './end-user-room.ts'
import { endUserPromises } from './end-users.ts'
import { exportPromises } from './exports.ts'
import { habitPromises } from './habits.ts'
import { leaseMs, noon, TestOrg, type LedgerOptions, type MakeLedger } from './harness.ts'
import { keyPromises } from './keys.ts'
import { leasePromises } from './leases.ts'
import { limitPromises } from './limits.ts'
import { lostPromises } from './lost.ts'
import { modelPromises, type ModelOptions } from './model.ts'
import { postPromises } from './posts.ts'
import { ratePromises } from './rates.ts'
import { recordPromises } from './records.ts'
import { settlementPromises } from './settlements.ts'
import { shadowPromises } from './shadow.ts'
import { soundnessPromises } from './soundness.ts'
import { suspensionPromises } from './suspension.ts'
import { timezonePromises } from './timezones.ts'
import { topUpPromises } from './top-ups.ts'
import { usageLinePromises } from './usage-lines.ts'
import { usagePromises } from './usage.ts'
import { windowPromises } from './windows.ts'

/** States one promise of a ledger, and proves it in an org of its own. */
export type Promises = (
  promise: string,
  prove: (org: TestOrg) => Promise<void>,
  more?: Pick<LedgerOptions, 'maxEndUsers'>,
) => void

/** Everything that a ledger promises, whatever it is made of. */
export function testLedger(name: string, makeLedger: MakeLedger, options: ModelOptions): void {
  const promises: Promises = (promise, prove, more = {}) => {
    it(promise, async () => {
      const clock = { time: noon }
      const running = await makeLedger({ now: () => clock.time, leaseMs, ...more })
      try {
        await prove(await new TestOrg(running, clock).create())
      } finally {
        await running.destroy()
      }
    })
  }

  describe(`${name} ledger`, () => {
    describe('keys', () => keyPromises(promises))
    describe('suspension', () => suspensionPromises(promises))
    describe('calls', () => callPromises(promises))
    describe('settlements', () => settlementPromises(promises))
    describe('posts', () => postPromises(promises))
    describe('leases', () => leasePromises(promises, options))
    describe('lost calls', () => lostPromises(promises, options))
    describe('limits', () => limitPromises(promises))
    describe('bursts', () => burstPromises(promises, options))
    describe('end users', () => endUserPromises(promises))
    if (options.capsEndUsers) describe('room for end users', () => endUserRoomPromises(promises))
    describe('shadow limits', () => shadowPromises(promises))
    describe('windows', () => windowPromises(promises))
    describe('timezones', () => timezonePromises(promises))
    describe('rates', () => ratePromises(promises))
    describe('changes', () => changePromises(promises))
    describe('top-ups', () => topUpPromises(promises))
    describe('adjustments', () => adjustmentPromises(promises))
    describe('soundness', () => soundnessPromises(promises))
    describe('records', () => recordPromises(promises))
    describe('usage', () => usagePromises(promises))
    describe('usage lines', () => usageLinePromises(promises))
    describe('exports', () => exportPromises(promises))
    describe('habits', () => habitPromises(promises))
    describe('directory', () => directoryPromises(promises))
    describe('model', () => modelPromises(makeLedger, options))
  })
}
