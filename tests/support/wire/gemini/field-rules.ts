import { firstWrong, type Rule } from '../refusal.ts'
import { abilitiesOf } from './models.ts'
import { wrongSchema } from './schema-message.ts'
import {
  callsAreAnswered,
  hasContents,
  partsHoldData,
  signaturesAreIssued,
  systemFits,
  type Asked,
} from './turn-rules.ts'

const config = 'GenerateContentRequest.generation_config'

type Range = readonly [least: number, most: number]

const ranges: Record<string, Range> = {
  temperature: [0, 2],
  topP: [0, 1],
  topK: [1, Infinity],
  maxOutputTokens: [1, Infinity],
  candidateCount: [1, 8],
  presencePenalty: [-2, 2],
  frequencyPenalty: [-2, 2],
  logprobs: [0, 20],
}

function numbersFit({ request: { generationConfig = {} } }: Asked): string | undefined {
  const fields: Readonly<Record<string, unknown>> = generationConfig
  return firstWrong(Object.entries(ranges), ([name, [least, most]]) => {
    const value = fields[name]
    if (typeof value !== 'number' || (value >= least && value <= most)) return undefined
    const proto = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return `* ${config}.${proto}: ${proto} must be in the range [${least}, ${most}]`
  })
}

function generationFits({ request: { generationConfig: asked = {} } }: Asked): string | undefined {
  const stops = asked.stopSequences?.length ?? 0
  if (stops > 5) return `* ${config}.stop_sequences: at most 5 stop sequences are allowed`
  if (asked.logprobs === undefined || asked.responseLogprobs) return undefined
  return 'logprobs is set, but response_logprobs is not.'
}

const jsonTypes = ['application/json', 'text/x.enum']

function schemaFits({ request: { generationConfig: asked = {} } }: Asked): string | undefined {
  const { responseSchema, responseJsonSchema, responseMimeType = '' } = asked
  if (!responseSchema && !responseJsonSchema) return undefined
  if (responseSchema && responseJsonSchema) {
    return 'response_schema and response_json_schema cannot both be set.'
  }
  if (!jsonTypes.includes(responseMimeType)) {
    return `* ${config}.response_schema: only allowed for response_mime_type application/json`
  }
  return responseSchema && wrongSchema(responseSchema, `${config}.response_schema`)
}

function thinkingFits({ request: { generationConfig }, model }: Asked): string | undefined {
  const { thinkingBudget: budget, thinkingLevel: level } = generationConfig?.thinkingConfig ?? {}
  const { takesLevel, refusedLevels } = abilitiesOf(model)
  if (budget !== undefined && level) return 'You can only set only one of thinking budget and thinking level.'
  if (level && !takesLevel) return 'Thinking level is not supported for this model.'
  if (level && refusedLevels.includes(level))
    return `Thinking level ${level} is not supported for this model.`
  return budget === undefined ? undefined : wrongBudget(budget, model)
}

function wrongBudget(budget: number, model: string): string | undefined {
  const { budget: range, mayTurnOff } = abilitiesOf(model)
  const [least, most] = range
  if (budget === -1) return undefined
  if (budget === 0) {
    return mayTurnOff ? undefined : 'Budget 0 is invalid. This model only works in thinking mode.'
  }
  if (budget >= least && budget <= most) return undefined
  return `The thinking budget ${budget} is invalid. Please choose a value between ${least} and ${most}.`
}

function declaredOf({ request: { tools = [] } }: Asked) {
  return tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
}

function toolsFit(asked: Asked): string | undefined {
  const declared = declaredOf(asked)
  const names = declared.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) return `Duplicate function declaration found: ${twice}`
  return firstWrong(declared, ({ parameters, parametersJsonSchema }, at) => {
    const where = `GenerateContentRequest.tools[0].function_declarations[${at}].parameters`
    if (parameters && parametersJsonSchema) return 'parameters and parameters_json_schema cannot both be set.'
    return parameters && wrongSchema(parameters, where)
  })
}

function choiceFits(asked: Asked): string | undefined {
  const { mode = 'AUTO', allowedFunctionNames: allowed = [] } =
    asked.request.toolConfig?.functionCallingConfig ?? {}
  const names = declaredOf(asked).map(({ name }) => name)
  if (names.length === 0 && (mode === 'ANY' || mode === 'VALIDATED')) {
    return 'Function calling config is set without function_declarations.'
  }
  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    return 'Function calling config: allowed_function_names should only be set when the mode is ANY or VALIDATED.'
  }
  const stranger = allowed.find((name) => !names.includes(name))
  return stranger && `allowed_function_names contains '${stranger}' that is not in function_declarations.`
}

/** Of addresses, only its own files and YouTube are fetched. */
const fetched =
  /^https:\/\/(generativelanguage\.googleapis\.com\/v1(beta)?\/files\/|(www\.)?youtube\.com\/|youtu\.be\/)/

function mediaFits({ request: { contents = [] }, model }: Asked): string | undefined {
  const parts = contents.flatMap(({ parts = [] }) => parts)
  return firstWrong(parts, ({ fileData, functionResponse }) => {
    if (fileData && !fetched.test(fileData.fileUri))
      return `Invalid or unsupported file uri: ${fileData.fileUri}`
    if (!functionResponse?.parts || abilitiesOf(model).signsCalls) return undefined
    return 'Multimodal function responses are not supported for this model.'
  })
}

export const rules: readonly Rule<Asked>[] = [
  hasContents,
  partsHoldData,
  systemFits,
  numbersFit,
  generationFits,
  schemaFits,
  thinkingFits,
  toolsFit,
  choiceFits,
  mediaFits,
  callsAreAnswered,
  signaturesAreIssued,
]
