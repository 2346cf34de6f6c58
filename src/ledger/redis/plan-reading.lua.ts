import { fieldsOf } from './plan-wire.ts'

/** Reads what `packPlans` wrote. */
export const planReadingLua = `
local unpackSome = cmsgpack.unpack_limit

-- What many plans share.
local function readShared(packed)
  local places, lines = {}, {}
  local at, tolerance, mostLive, placeCount, lineCount = unpackSome(packed, 4, 0)
  for index = 1, placeCount do
    local ${list(fieldsOf.place)}
    at, ${list(fieldsOf.place)} = unpackSome(packed, ${fieldsOf.place.length}, at)
    places[index] = {${named(fieldsOf.place)}, tallies = 'tally:' .. counter}
  end
  for index = 1, lineCount do
    local ${list(fieldsOf.line)}
    at, ${list(fieldsOf.line)} = unpackSome(packed, ${fieldsOf.line.length}, at)
    lines[index] = {${named(fieldsOf.line)}}
  end
  return tolerance, mostLive, places, lines
end

local tolerance, mostLive, places, lines = readShared(ARGV[1])

-- The plan that begins there, and where the next one does. Its moves and sums stay flat lists, which begin with the second value.
local function readPlan(packed, at)
  local ${list(planFields())}
  at, ${list(planFields())} = unpackSome(packed, ${planFields().length}, at)
  local moves = {unpackSome(packed, moveCount * ${1 + fieldsOf.move.length}, at)}
  local sums = {unpackSome(packed, sumsSize, moves[1])}
  return {${named(planFields())}, moves = moves, sums = sums}, sums[1]
end
`

/** The loop over all moves of a plan, each with its place and its fields under their names. */
export function forEachMove(body: string): string {
  const size = 1 + fieldsOf.move.length
  const values = fieldsOf.move.map((_, index) => `plan.moves[at + ${index + 1}]`)
  return `for at = 2, plan.moveCount * ${size} + 1, ${size} do
    local place, ${list(fieldsOf.move)} = places[plan.moves[at]], ${list(values)}
    ${body.trim()}
  end`
}

function planFields(): string[] {
  return [...fieldsOf.plan, ...fieldsOf.planRest]
}

function list(fields: readonly string[]): string {
  return fields.join(', ')
}

/** The inside of a table that has them under their names. */
function named(fields: readonly string[]): string {
  return fields.map((field) => `${field} = ${field}`).join(', ')
}
