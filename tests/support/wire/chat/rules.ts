import { fixesSampling, isReasoning, wrongEffort } from '../openai/models.ts'
import { mustBeStrict, mustTakeArguments } from '../openai/strict-schema.ts'
import { Refusal } from '../refusal.ts'
import type { WireOptions } from '../vendor.ts'
import type { ChatRequest, MessageParam } from './request.ts'

function refuse(message: string, param: string, code?: string): never {
  throw new Refusal(400, message, { param, code })
}

function unsupported(param: string, instead?: string): never {
  const hint = instead ? ` Use '${instead}' instead.` : ''
  refuse(
    `Unsupported parameter: '${param}' is not supported with this model.${hint}`,
    param,
    'unsupported_parameter',
  )
}

function callsOf(message: MessageParam): string[] {
  return message.role === 'assistant' ? (message.tool_calls?.map(({ id }) => id) ?? []) : []
}

/** Each call is answered right behind it, before anybody else speaks. */
function checkCalls({ messages }: ChatRequest): void {
  let open: string[] = []
  for (const [at, message] of [...messages, { role: 'end' } as const].entries()) {
    if (message.role === 'tool') {
      const { tool_call_id: id } = message
      if (!open.includes(id)) {
        refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `messages.[${at}].role`,
        )
      }
      open = open.filter((other) => other !== id)
      continue
    }
    if (open.length > 0) {
      refuse(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`,
        `messages.[${at}].role`,
      )
    }
    open = message.role === 'end' ? [] : callsOf(message)
  }
}

function checkContent({ messages }: ChatRequest): void {
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'assistant' || (message.content !== undefined && message.content !== null)) continue
    const speaks = message.tool_calls ?? message.function_call ?? message.refusal ?? message.audio
    if (!speaks)
      refuse("Invalid value for 'content': expected a string, got null.", `messages.[${at}].content`)
  }
}

/** What third parties know and this vendor does not. */
function checkExtensions({ messages }: ChatRequest, { reasoningContent }: WireOptions): void {
  if (reasoningContent) return
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'assistant') continue
    const hasExtra = message.tool_calls?.some((call) => call.extra_content !== undefined)
    const name =
      message.reasoning_content === undefined
        ? hasExtra && 'tool_calls[0].extra_content'
        : 'reasoning_content'
    if (name)
      refuse(`Unknown parameter: 'messages[${at}].${name}'.`, `messages[${at}].${name}`, 'unknown_parameter')
  }
}

/** What models that think take only as it is anyway. */
const fixedForThinkers = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
  logit_bias: null,
} satisfies Partial<Record<keyof ChatRequest, unknown>>

function checkSampling(request: ChatRequest): void {
  if (!fixesSampling(request.model, request.reasoning_effort)) return
  const fields: Readonly<Record<string, unknown>> = request
  const entries = Object.entries(fixedForThinkers)
  const wrong = entries.find(([name, fixed]) => (fields[name] ?? fixed) !== fixed)
  if (wrong) unsupported(wrong[0])
}

function checkModel(request: ChatRequest): void {
  const { model, max_tokens: cap, stop, reasoning_effort: effort } = request
  if (!isReasoning(model)) {
    if (effort) refuse('Unrecognized request argument supplied: reasoning_effort', 'reasoning_effort')
    return
  }
  const wrong = effort && wrongEffort(model, effort)
  if (wrong) refuse(wrong, 'reasoning_effort', 'unsupported_value')
  if (cap) unsupported('max_tokens', 'max_completion_tokens')
  if (stop && /^o\d/.test(model)) unsupported('stop')
  checkSampling(request)
}

function namesOf({ tools = [] }: ChatRequest): string[] {
  return tools.map((tool) => (tool.type === 'function' ? tool.function.name : tool.custom.name))
}

function checkTools(request: ChatRequest): void {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = request
  for (const [at, tool] of (tools ?? []).entries()) {
    if (tool.type === 'function') mustTakeArguments(tool.function, `tools[${at}].function.parameters`)
  }
  const dependent = choice === undefined ? parallel !== undefined && 'parallel_tool_calls' : 'tool_choice'
  if (dependent && !tools) refuse(`'${dependent}' is only allowed when 'tools' are specified.`, dependent)
  if (typeof choice !== 'object') return
  const chosen = choice.type === 'allowed_tools' ? choice.allowed_tools.tools : [choice]
  const wanted = chosen.map((one) => (one.type === 'function' ? one.function.name : one.custom.name))
  const stranger = wanted.find((name) => !namesOf(request).includes(name))
  if (stranger) refuse(`Tool choice '${stranger}' not found in 'tools'.`, 'tool_choice')
}

function checkFormat({ response_format: format, messages }: ChatRequest): void {
  if (format?.type === 'json_schema' && format.json_schema.strict) {
    const { name, schema } = format.json_schema
    mustBeStrict(schema, `response_format '${name}'`, 'response_format')
  }
  if (format?.type !== 'json_object' || /json/i.test(JSON.stringify(messages))) return
  refuse(
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    'messages',
  )
}

function checkPairs(request: ChatRequest): void {
  if (request.max_tokens && request.max_completion_tokens) {
    const message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
    refuse(message, 'max_tokens', 'invalid_parameter_combination')
  }
  if (request.stream_options && !request.stream) {
    refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  if ((request.top_logprobs ?? 0) > 0 && !request.logprobs) {
    refuse("The 'logprobs' parameter must be enabled when 'top_logprobs' is used.", 'top_logprobs')
  }
}

/** What a request must be like. */
export function checkRequest(request: ChatRequest, options: WireOptions): void {
  checkExtensions(request, options)
  checkContent(request)
  checkCalls(request)
  checkPairs(request)
  checkModel(request)
  checkTools(request)
  checkFormat(request)
}
