import { describe } from 'vitest'
import type { Dialect, UpstreamDialect } from '../../../src/core/dialect.ts'
import { answerPromises } from './answers.ts'
import { callPromises, upstreamPromises } from './calls.ts'
import type { Can, UpstreamCan } from './can.ts'
import { laxPromises, strictPromises } from './robustness.ts'

/** What every dialect promises that callers speak. `can` says how much of a call and an answer it holds. */
export function testCodec(name: string, dialect: Dialect, can: Can): void {
  describe(`the dialect ${name}`, () => {
    callPromises(dialect, can)
    upstreamPromises(dialect, can)
    answerPromises(dialect, can)
    laxPromises(dialect, can)
    strictPromises(dialect, can)
  })
}

/** What a dialect promises that only providers speak. */
export function testUpstreamCodec(name: string, dialect: UpstreamDialect, can: UpstreamCan): void {
  describe(`the dialect ${name}`, () => {
    upstreamPromises(dialect, can)
    laxPromises(dialect, can)
  })
}
