/** What a family of models on Bedrock takes. Bedrock answers 400 to a field that the model does not know. */
export interface ModelTraits {
  readonly maker: 'anthropic' | 'amazon' | 'openai' | 'other'
  /**
   * How it is asked to think: as Claude does, by its own measure or by a budget; by OpenAI's word for effort; by Nova's; or not at all.
   */
  readonly thinking: 'adaptive' | 'budget' | 'effort' | 'nova' | 'none'
  /** Whether it cannot be kept from thinking. */
  readonly alwaysThinks: boolean
  /** The highest efforts that it knows by their own names. */
  readonly efforts: 'all' | 'to_max' | 'to_high'
  /** `one`: temperature or top_p, not both. */
  readonly sampling: 'both' | 'one' | 'none'
  readonly stops: boolean
  /** Whether it can be held to a JSON Schema, in answers and in arguments of tools. */
  readonly schemas: boolean
  /** Whether it can be told to call a tool. */
  readonly forcedTools: boolean
  readonly caches: 'all' | 'not_tools' | 'none'
  /** Whether ids of calls have nine letters and digits. */
  readonly shortIds: boolean
}

const plain: ModelTraits = {
  maker: 'other',
  thinking: 'none',
  alwaysThinks: false,
  efforts: 'to_high',
  sampling: 'both',
  stops: true,
  schemas: false,
  forcedTools: true,
  caches: 'none',
  shortIds: false,
}
const open: ModelTraits = { ...plain, schemas: true }
const claude: ModelTraits = { ...plain, maker: 'anthropic', caches: 'all' }
const thinkingClaude: ModelTraits = { ...claude, thinking: 'budget' }
const adaptiveClaude: ModelTraits = { ...claude, thinking: 'adaptive', efforts: 'all', sampling: 'none' }
const headstrongClaude: ModelTraits = { ...adaptiveClaude, alwaysThinks: true, forcedTools: false }
const openai: ModelTraits = { ...open, maker: 'openai', thinking: 'effort' }

/** By what is in a model's id, also behind a region's prefix or within an ARN. The first that fits counts. */
const families: readonly (readonly [RegExp, ModelTraits])[] = [
  [/claude-(v2|instant|2|3-(opus|sonnet|haiku|5))/, claude],
  [/claude-3-7/, thinkingClaude],
  [/claude-(opus|sonnet|haiku)-4-5/, { ...thinkingClaude, sampling: 'one', schemas: true }],
  [/claude-opus-4-1/, { ...thinkingClaude, sampling: 'one' }],
  [/claude-(opus|sonnet)-4-6/, { ...adaptiveClaude, efforts: 'to_max', sampling: 'one', schemas: true }],
  [/claude-opus-4-[78]/, adaptiveClaude],
  [/claude-(opus|sonnet)-4(?!-\d{1,2}\b)/, thinkingClaude],
  [/claude-(opus|sonnet)-5-5|claude-fable-5-\d\b/, headstrongClaude],
  [/claude-fable-5/, { ...adaptiveClaude, alwaysThinks: true }],
  // Newer ones are taken to be as the newest that is known.
  [/claude|anthropic\./, adaptiveClaude],
  [/openai\.gpt-oss/, { ...openai, alwaysThinks: true }],
  [/openai\./, { ...openai, efforts: 'all', sampling: 'none', stops: false }],
  [/amazon\.nova-2/, { ...plain, maker: 'amazon', thinking: 'nova', caches: 'not_tools' }],
  [/amazon\.nova/, { ...plain, maker: 'amazon', caches: 'not_tools' }],
  [/mistral\./, { ...open, shortIds: true }],
  [/deepseek\.r1|kimi-k2-thinking/, { ...open, alwaysThinks: true }],
  [/deepseek\.|moonshot|qwen\.|google\.|minimax\.|nvidia\./, open],
  [/meta\./, { ...plain, forcedTools: false }],
]

export function traitsOf(model: string): ModelTraits {
  const id = model.toLowerCase()
  return families.find(([pattern]) => pattern.test(id))?.[1] ?? plain
}
