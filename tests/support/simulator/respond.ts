import { errorAnswer, goodAnswer, type Answer } from './answer.ts'
import { readCall } from './call.ts'
import { spoil } from './faults.ts'
import { alibaba } from './flavours/alibaba.ts'
import { deepseek } from './flavours/deepseek.ts'
import type { Flavour } from './flavours/flavour.ts'
import { generic } from './flavours/generic.ts'
import { openai } from './flavours/openai.ts'
import { isObject } from './json.ts'
import type { RecordedRequest } from './records.ts'
import { scriptSchema, type Script } from './script.ts'

export const flavours = { openai, deepseek, alibaba, generic } as const satisfies Record<string, Flavour>

export type FlavourName = keyof typeof flavours

/** What decides an answer beside the request itself. */
export interface Manner {
  readonly flavour: FlavourName
  readonly key: string | undefined
  readonly strict: boolean
  /** Laid over what the body asks. */
  readonly overlay: Script
}

interface Response {
  readonly answer: Answer
  readonly script: Script
}

function modelList(flavour: Flavour, index: number): Answer {
  const data = [{ id: 'sim-model', object: 'model', created: 1_763_900_000, owned_by: 'simulator' }]
  return errorAnswer(flavour, { index, problem: { status: 200 }, body: { object: 'list', data } })
}

/** What is refused before anyone looks at the script. */
function refusal(request: RecordedRequest, manner: Manner): Answer | undefined {
  const { index, method, path, headers } = request
  const flavour = flavours[manner.flavour]
  const error = (status: number) => errorAnswer(flavour, { index, problem: { status } })
  if (manner.key !== undefined && headers.authorization !== `Bearer ${manner.key}`) return error(401)
  const route = `${method} ${path.replace(/\?.*$/, '')}`
  if (route.startsWith('GET ') && route.endsWith('/models')) return modelList(flavour, index)
  if (!route.startsWith('POST ') || !route.endsWith('/chat/completions')) return error(404)
  return isObject(request.body) ? undefined : error(400)
}

/** What to answer, and in which way to send it. */
export function respond(request: RecordedRequest, manner: Manner): Response {
  const { index, body } = request
  const flavour = flavours[manner.flavour]
  const refused = refusal(request, manner)
  if (refused || !isObject(body))
    return { answer: refused ?? modelList(flavour, index), script: manner.overlay }
  const read = scriptSchema.safeParse(body.sim ?? {})
  if (!read.success) {
    const problem = { status: 400, message: `simulator: ${read.error.message}` }
    return { answer: errorAnswer(flavour, { index, problem }), script: {} }
  }
  const script = { ...read.data, ...manner.overlay }
  const call = readCall(index, body, script)
  const problem = script.status && script.status >= 400 ? { status: script.status } : undefined
  const wrong = problem ?? (manner.strict ? flavour.refuse(body) : undefined)
  if (!wrong) return { answer: spoil(goodAnswer(call, flavour), call, flavour), script }
  const failure = { index, problem: wrong, headers: script.headers, body: script.error_body }
  return { answer: spoil(errorAnswer(flavour, failure), call, flavour), script }
}
