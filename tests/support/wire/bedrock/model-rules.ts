import { z } from 'zod'
import { abilitiesOf } from '../anthropic/models.ts'
import { readStrictly } from '../fault.ts'
import type { Rule } from '../refusal.ts'
import { isObject } from '../../simulator/json.ts'
import type { Asked } from './rules.ts'

const said = 'The model returned the following errors:'

/** What goes to Claude beside what Converse knows: its own fields, and nothing else. */
const claudeFields = z.strictObject({
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('enabled'),
        budget_tokens: z.int().min(1024),
        display: z.string().optional(),
      }),
      z.strictObject({ type: z.literal('adaptive'), display: z.string().optional() }),
      z.strictObject({ type: z.literal('disabled') }),
      z.strictObject({ type: z.literal('between_tools') }),
    ])
    .optional(),
  top_k: z.int().min(0).optional(),
  anthropic_beta: z.array(z.string()).optional(),
  anthropic_version: z.string().optional(),
  output_config: z
    .looseObject({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional() })
    .optional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']) }).optional(),
  metadata: z.looseObject({}).optional(),
  inference_geo: z.string().optional(),
})

type ClaudeFields = z.output<typeof claudeFields>

function claudeOf({ request, model }: Asked): ClaudeFields | undefined {
  if (!/claude/.test(model)) return undefined
  const read = readStrictly(claudeFields, request.additionalModelRequestFields ?? {})
  return 'ok' in read ? read.ok : undefined
}

function claudeKnowsFields({ request, model }: Asked): string | undefined {
  if (!/claude/.test(model)) return undefined
  const read = readStrictly(claudeFields, request.additionalModelRequestFields ?? {})
  if ('ok' in read) return undefined
  const { why, path, message } = read.fault
  return `${said} ${path.join('.')}: ${why === 'unknown' ? 'Extra inputs are not permitted' : message}`
}

function claudeThinks(asked: Asked): string | undefined {
  const { request, model } = asked
  const thinking = claudeOf(asked)?.thinking
  if (!thinking) return undefined
  if (!abilitiesOf(model).thinking.includes(thinking.type)) {
    return `${said} "thinking.type.${thinking.type}" is not supported for this model.`
  }
  const cap = request.inferenceConfig?.maxTokens ?? Infinity
  if (thinking.type !== 'enabled' || thinking.budget_tokens < cap) return undefined
  return `${said} \`max_tokens\` must be greater than \`thinking.budget_tokens\`.`
}

function isOn(asked: Asked): boolean {
  const type = claudeOf(asked)?.thinking?.type
  return type === 'enabled' || type === 'adaptive'
}

function fixesSampling({ model }: Asked): boolean {
  return /claude/.test(model) && abilitiesOf(model).fixedSampling
}

function claudeSamples(asked: Asked): string | undefined {
  const isFixed = fixesSampling(asked)
  if (!isFixed && !isOn(asked)) return undefined
  const { temperature = 1, topP = 1 } = asked.request.inferenceConfig ?? {}
  const why = isFixed ? 'on this model' : 'when thinking is enabled'
  if (temperature !== 1) return `${said} \`temperature\` may only be set to 1 ${why}.`
  if (topP < (isFixed ? 0.99 : 0.95)) return `${said} \`top_p\` must be unset ${why}.`
  return claudeOf(asked)?.top_k === undefined ? undefined : `${said} \`top_k\` must be unset ${why}.`
}

function claudeIsNotForced(asked: Asked): string | undefined {
  const { toolChoice } = asked.request.toolConfig ?? {}
  if (!toolChoice?.any && !toolChoice?.tool) return undefined
  const mayForce = abilitiesOf(asked.model).forcedTools
  if (/claude/.test(asked.model) && !mayForce)
    return `${said} tool_choice: forced tool use is not supported for this model.`
  return isOn(asked) ? `${said} Thinking may not be enabled when tool_choice forces tool use.` : undefined
}

/** Where a fixed budget of thought is on, a call of a tool that is just answered has its thought before it. */
function loopKeepsThought(asked: Asked): string | undefined {
  if (claudeOf(asked)?.thinking?.type !== 'enabled') return undefined
  const { messages } = asked.request
  const isLoop = messages.at(-1)?.content.some(({ toolResult }) => toolResult)
  const first = messages.at(-2)?.content[0]
  if (!isLoop || !first || first.reasoningContent) return undefined
  return `${said} messages.${messages.length - 2}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.text === undefined ? 'tool_use' : 'text'}\`.`
}

function schemaIsText({ request }: Asked): string | undefined {
  const schema = request.outputConfig?.textFormat?.structure.jsonSchema.schema
  if (schema === undefined) return undefined
  return isObject(parsed(schema))
    ? undefined
    : 'The schema of outputConfig.textFormat is not a valid JSON schema.'
}

/** The JSON of a text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether the model was asked to think. */
export function thinksFor(asked: Asked): boolean {
  const fields = asked.request.additionalModelRequestFields ?? {}
  const wishes = [fields.reasoning_effort, fields.reasoningConfig, fields.reasoning_config]
  const unasked = /claude/.test(asked.model) && abilitiesOf(asked.model).unasked === 'adaptive'
  const isOff = claudeOf(asked)?.thinking !== undefined && !isOn(asked)
  return /deepseek\.r1/.test(asked.model) || isOn(asked) || (unasked && !isOff) || wishes.some(Boolean)
}

export const modelRules: readonly Rule<Asked>[] = [
  claudeKnowsFields,
  claudeThinks,
  claudeSamples,
  claudeIsNotForced,
  loopKeepsThought,
  schemaIsText,
]
