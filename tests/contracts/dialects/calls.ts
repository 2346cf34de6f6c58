import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openai } from '../../../providers/openai.ts'
import type { ChatCall, Turn } from '../../../src/core/chat/call.ts'
import { packSeal, type Seal, type SealMaker } from '../../../src/core/chat/seal.ts'
import type { CallTarget, Dialect, EncodedCall, UpstreamDialect } from '../../../src/core/dialect.ts'
import { WeirError } from '../../../src/core/errors.ts'
import { callOf } from './arbitrary-call.ts'
import { sealBy, thoughtBy } from './arbitrary-text.ts'
import { saidIn, wildCall } from './arbitrary-wild.ts'
import { features, type Can, type Feature, type UpstreamCan } from './can.ts'
import { without, withoutAll } from './without.ts'

export const target = ({ upstreamModel, quirks }: UpstreamCan, outputCap = 4096): CallTarget => ({
  org: 'acme',
  upstreamModel,
  outputCap,
  quirks: { ...openai.quirks, ...quirks },
})

const decoder = new TextDecoder()

/** The call that a provider would read. */
function readBack(dialect: Dialect, { body }: EncodedCall, call: ChatCall): ChatCall {
  return dialect.decodeCall(dialect.read({ body, model: 'm', stream: call.stream }))
}

/** What is encoded; undefined where the dialect says that it cannot be. */
function tryEncode(dialect: UpstreamDialect, call: ChatCall, to: CallTarget): EncodedCall | undefined {
  try {
    return dialect.encodeCall(call, to)
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
    expect(['cannot_translate', 'invalid_request']).toContain((error as WeirError).code)
    return undefined
  }
}

const all = new Set<Feature>(features)
/** What every dialect has. */
const tame = new Set<Feature>(['system', 'tools'])

/** (a) What a dialect writes of a call it reads back. */
export function callPromises(dialect: Dialect, can: Can): void {
  const carries = new Set(can.call.carries)
  const told = new Set(features.filter((feature) => !can.call.approximates.includes(feature)))

  describe('a call', () => {
    test('of what the dialect carries goes up and comes back as it was', () => {
      fc.assert(
        fc.property(callOf(carries, can.maker), (call) => {
          const encoded = dialect.encodeCall(call, target(can))
          expect(encoded.dropped).toEqual([])
          expect(readBack(dialect, encoded, call)).toEqual(can.call.normal(call))
        }),
      )
    })

    test('of anything comes back as it was, but for what is said to be dropped', () => {
      fc.assert(
        fc.property(callOf(told, can.maker), (call) => {
          const encoded = tryEncode(dialect, call, target(can))
          if (!encoded) return
          expect(new Set(encoded.dropped).size).toBe(encoded.dropped.length)
          const [expected, found] = [call, readBack(dialect, encoded, call)].map((call, index) =>
            withoutAll(index === 0 ? can.call.normal(call) : call, encoded.dropped),
          )
          expect(found).toEqual(expected)
        }),
        { numRuns: 300 },
      )
    })

    test('of any shape keeps all that is said in it, and is read again', () => {
      fc.assert(
        fc.property(wildCall, (call) => {
          const encoded = tryEncode(dialect, call, target(can))
          if (!encoded) return
          const body = decoder.decode(encoded.body)
          // The last words of all may lose the blanks behind them: not every model goes on from there.
          for (const text of saidIn(call)) expect(body).toContain(JSON.stringify(text.trimEnd()).slice(1, -1))
          const again = dialect.encodeCall(readBack(dialect, encoded, call), target(can))
          const settled = dialect.encodeCall(readBack(dialect, again, call), target(can))
          expect(JSON.parse(decoder.decode(settled.body))).toEqual(JSON.parse(decoder.decode(again.body)))
        }),
        { numRuns: 500 },
      )
    })

    test('that came back goes up as the same bytes', () => {
      fc.assert(
        fc.property(callOf(all, can.maker), (call) => {
          // Ids get the org in front each time.
          const encoded = tryEncode(dialect, without(call, 'endUser', 'cacheKey'), target(can))
          if (!encoded) return
          const again = dialect.encodeCall(readBack(dialect, encoded, call), target(can))
          expect(JSON.parse(decoder.decode(again.body))).toEqual(JSON.parse(decoder.decode(encoded.body)))
        }),
      )
    })
  })
}

/** (f), (g) What must hold for whatever goes up. */
export function upstreamPromises(dialect: UpstreamDialect, can: UpstreamCan): void {
  test('the cap that goes up is the target’s, whatever was asked for', () => {
    const caps = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(callOf(all, can.maker), caps, fc.option(caps), (call, cap, asked) => {
        const to = target(can, cap)
        const encoded = tryEncode(dialect, { ...call, ...(asked !== null && { outputCap: asked }) }, to)
        if (!encoded) return
        const body: unknown = JSON.parse(decoder.decode(encoded.body))
        expect(at(body, can.capPath)).toBe(cap)
        for (const [path, value] of numbers(body))
          if (/max_?\w*tokens|budget/i.test(path)) expect([path, value <= cap]).toEqual([path, true])
      }),
      { numRuns: 300 },
    )
  })

  const makers: readonly SealMaker[] = ['openai', 'anthropic', 'google']
  test.each(makers.filter((maker) => maker !== can.maker))('no seal of %s goes up', (by) => {
    const seals = fc.tuple(thoughtBy(by), sealBy(by, false))
    fc.assert(
      fc.property(callOf(tame, can.maker), seals, (call, [thought, callSeal]) => {
        const turns = [...sealedTurns(thought, callSeal), ...call.turns]
        const body = decoder.decode(dialect.encodeCall({ ...call, turns }, target(can)).body)
        for (const seal of [thought.seal, callSeal]) {
          expect(body).not.toContain(JSON.stringify(seal.value).slice(1, -1))
          expect(body).not.toContain(packSeal(seal))
        }
        expect(body).not.toContain('weir1.')
      }),
    )
  })
}

/** A round in which the model thought, and called a tool. */
function sealedTurns(thought: { readonly text: string; readonly seal: Seal }, seal: Seal): Turn[] {
  const call = { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', kind: 'function', seal } as const
  const result = { type: 'tool_result', callId: 'c', isError: false, kind: 'function' } as const
  return [
    { role: 'user', parts: [{ type: 'text', text: 'q' }] },
    { role: 'assistant', parts: [{ type: 'reasoning', ...thought }, call] },
    { role: 'user', parts: [{ ...result, content: [{ type: 'text', text: 'r' }] }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'a' }] },
  ]
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value)
}

/** Every number in the body that is not in the schema of a tool, with where it stands. */
function* numbers(value: unknown, path = ''): Generator<readonly [string, number]> {
  if (typeof value === 'number') yield [path, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value))
    if (!/messages|contents|tools|input/.test(name)) yield* numbers(inner, `${path}.${name}`)
}
