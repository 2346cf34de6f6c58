import type { Memory } from '../memory.ts'
import { firstWrong } from '../refusal.ts'
import { abilitiesOf } from './models.ts'
import { dataFields, type ContentParam, type GenerateRequest, type PartParam } from './request.ts'

/** A request with what its address says, and what was issued to the caller before. */
export interface Asked {
  readonly request: GenerateRequest
  readonly model: string
  readonly memory: Memory
}

export function hasContents({ request: { contents = [] } }: Asked): string | undefined {
  if (contents.length === 0) return '* GenerateContentRequest.contents: contents is not specified'
  return firstWrong(contents, ({ role, parts = [] }, at) => {
    if (role !== undefined && role !== 'user' && role !== 'model')
      return 'Please use a valid role: user, model.'
    if (parts.length > 0) return undefined
    return `* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.`
  })
}

export function partsHoldData({ request: { contents = [], systemInstruction } }: Asked): string | undefined {
  const all = [...contents, ...(systemInstruction ? [systemInstruction] : [])]
  return firstWrong(all, ({ parts = [] }, at) =>
    firstWrong(parts, (part, place) => {
      const held = dataFields.filter((field) => part[field] !== undefined)
      if (held.length === 1) return undefined
      return `* GenerateContentRequest.contents[${at}].parts[${place}].data: required oneof field 'data' must have one initialized field`
    }),
  )
}

export function systemFits({ request: { systemInstruction }, model }: Asked): string | undefined {
  if (!systemInstruction) return undefined
  if (!abilitiesOf(model).takesSystem) return `Developer instruction is not enabled for models/${model}`
  const isText = systemInstruction.parts?.every(({ text }) => text !== undefined)
  return isText ? undefined : 'System instruction only supports text parts.'
}

/** Turns as the model gets them: neighbours of one role are one. */
function turnsOf(contents: readonly ContentParam[]): { role: string; parts: PartParam[] }[] {
  const turns: { role: string; parts: PartParam[] }[] = []
  for (const { role = 'user', parts = [] } of contents) {
    const last = turns.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else turns.push({ role, parts: [...parts] })
  }
  return turns
}

type FunctionPart = NonNullable<PartParam['functionCall'] | PartParam['functionResponse']>

function called(parts: readonly PartParam[] = []): FunctionPart[] {
  return parts.flatMap(({ functionCall }) => functionCall ?? [])
}

function answered(parts: readonly PartParam[] = []): FunctionPart[] {
  return parts.flatMap(({ functionResponse }) => functionResponse ?? [])
}

/** A step's calls are answered in the turn after it: as many, by name and, where both have one, by id. */
export function callsAreAnswered({ request: { contents = [] } }: Asked): string | undefined {
  const turns = turnsOf(contents)
  return firstWrong(turns, ({ role, parts }, index) => {
    const calls = called(parts)
    const misplaced = role === 'model' ? answered(parts) : calls
    if (misplaced.length > 0) {
      return role === 'model'
        ? 'Please ensure that function response turn has the role user.'
        : 'Please ensure that function call turn has the role model.'
    }
    if (calls.length > 0) return wrongAnswers(calls, answered(turns[index + 1]?.parts))
    const isStray = answered(parts).length > 0 && called(turns[index - 1]?.parts).length === 0
    return isStray
      ? 'Please ensure that function response turn comes immediately after a function call turn.'
      : undefined
  })
}

function wrongAnswers(calls: readonly FunctionPart[], answers: readonly FunctionPart[]): string | undefined {
  if (answers.length !== calls.length) {
    return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
  }
  const open = [...calls]
  return firstWrong(answers, ({ name, id }) => {
    const at = open.findIndex((call) => call.name === name && (!id || !call.id || call.id === id))
    if (at < 0) return `Function response '${name}' does not match a function call of the preceding turn.`
    open.splice(at, 1)
    return undefined
  })
}

const sentinel = 'skip_thought_signature_validator'
/** Some clients send its bytes in base64. */
const sentinels = [sentinel, Buffer.from(sentinel).toString('base64')]

/** Where the model signs its calls, the first of a step has its signature; and no signature is made up. */
export function signaturesAreIssued({
  request: { contents = [] },
  model,
  memory,
}: Asked): string | undefined {
  const turns = turnsOf(contents).filter(({ role }) => role === 'model')
  return firstWrong(turns, ({ parts }) => {
    const first = parts.find(({ functionCall }) => functionCall)
    if (first && !first.thoughtSignature && abilitiesOf(model).signsCalls) {
      return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Function call \`default_api:${first.functionCall?.name}\``
    }
    return firstWrong(parts, (part) => wrongSignature(part, memory))
  })
}

function wrongSignature({ thoughtSignature, functionCall }: PartParam, memory: Memory): string | undefined {
  if (!thoughtSignature || (functionCall && sentinels.includes(thoughtSignature))) return undefined
  const issued = memory.seals.get(thoughtSignature)
  if (!issued) return 'Thought signature is not valid.'
  const isMoved = issued.owner !== undefined && issued.owner !== (functionCall?.name ?? '')
  return isMoved ? 'Thought signature is not valid for this part.' : undefined
}
