import { forEachMove, planReadingLua } from './plan-reading.lua.ts'
import { stagingLua } from './staging.lua.ts'

/**
 * The one script that changes a book. For each plan it checks what that was made from, judges what is asked of counters, and writes all or
 * nothing. What it all means is decided in TypeScript; here is only the arithmetic that no other client may come between.
 */
export const transactLua = `
${planReadingLua}
${stagingLua}
local mostSafe = 9007199254740991

-- The first thing that is not as the plan expects.
local function unexpected(plan)
  if plan.revision and plan.revision ~= revision then return 'revision' end
  if plan.edits and plan.edits ~= edits then return 'edits' end
  if plan.fresh and isKnown(plan.id) then return 'exists' end
  if plan.version and versionOf(plan.id) ~= plan.version then return 'hold' end
  if plan.mark and markOf(plan.id) ~= plan.mark then return 'row' end
end

-- Makes room for the counters of end users, from those that are not needed any more.
local function reclaim(now)
  flush()
  for _, counter in ipairs(call('ZRANGEBYSCORE', liveKey, '-inf', now)) do
    call('ZREM', liveKey, counter)
    call('DEL', prefix .. 'tally:' .. counter)
    call('HDEL', prefix .. 'buckets', counter)
  end
end

-- The counters of end users that the plan would make beyond the most that there may be.
local function crowdedOut(plan)
  local counters, reclaimed, joining = {}, false, 0
  if not plan.claims then return counters end
  ${forEachMove(`
    if neededUntil and not call('ZSCORE', liveKey, place.counter) then
      if not reclaimed and call('ZCARD', liveKey) + joining >= mostLive then
        reclaimed = true
        reclaim(format('%.0f', plan.now))
      end
      if call('ZCARD', liveKey) + joining >= mostLive then
        counters[#counters + 1] = place.counter
      else
        joining = joining + 1
      end
    end`)}
  return counters
end

local function tallyOf(place) return numbersOf(place.tallies, place.window or '0', 3) end

local function bucketOf(place) return numbersOf('buckets', place.counter, 2) end

local function drained(bucket, place, now)
  local elapsed = math.max(0, now - bucket[2])
  return math.max(0, bucket[1] - (elapsed * place.rateAmount) / place.rateMs)
end

-- What is spent and held there.
local function standingOf(place, now)
  if place.rateMs then return drained(bucketOf(place), place, now), 0 end
  local tally = tallyOf(place)
  return tally[1], tally[2]
end

-- Redis drops what numbers have behind the point, and clients may read the largest wrong: those go as texts.
local function answered(number)
  return number % 1 == 0 and math.abs(number) < mostSafe / 2 and number or format('%.17g', number)
end

-- Where the places stand of which something is asked, and whether they grant it; beside it, which are overrun in shadow.
local function judge(plan)
  local answer, overrun = {'ok'}, {}
  if not plan.asks then return answer, overrun end
  ${forEachMove(`
    if requested then
      local spent, held = standingOf(place, plan.now)
      if spent + held + requested > place.capacity then
        if not place.isShadow then answer[1] = 'refused' end
        overrun[at] = place.isShadow
      end
      push(answer, answered(spent), answered(held))
    end`)}
  return answer, overrun
end

-- Keeps a counter of an end user for as long as it is needed, and one that drains until it has.
local function prolong(counter, neededUntil, keptUntil, drainedAt)
  local score = call('ZSCORE', liveKey, counter)
  local kept = score and tonumber(score)
  if neededUntil and (not kept or kept < neededUntil) then kept = keptUntil end
  if kept and drainedAt and kept < drainedAt then kept = drainedAt end
  if kept then call('ZADD', liveKey, format('%.17g', kept), counter) end
end

-- Pours into a bucket; tells when it will have drained.
local function pour(place, fill, now)
  local bucket = bucketOf(place)
  local used = math.max(0, drained(bucket, place, now) + fill)
  bucket[1], bucket[2], bucket.changed = used, now, true
  -- One that never drains is kept for good.
  if used > 0 then return math.min(9e15, math.ceil(now + used * place.rateMs / place.rateAmount)) end
end

local function post(place, spent, held, refused)
  local tally = tallyOf(place)
  tally[1] = math.min(mostSafe, tally[1] + spent)
  tally[2] = tally[2] + held
  tally[3] = tally[3] + refused
  tally.changed = true
end

local function makeMoves(plan, overrun)
  ${forEachMove(`
    local refused, drainedAt = overrun[at] and 1 or 0, nil
    if place.rateMs then drainedAt = pour(place, fill or 0, plan.now) end
    if spent or held or refused > 0 then post(place, spent or 0, held or 0, refused) end
    if place.ofEndUser then prolong(place.counter, neededUntil, keptUntil, drainedAt) end`)}
end

local function addSums(plan)
  local at = 2
  while at <= plan.sumsSize do
    local line = lines[plan.sums[at]]
    local numbers = numbersOf(line.hash, line.field, line.count)
    for index = 1, line.count do numbers[index] = numbers[index] + plan.sums[at + index] end
    if numbers.isNew and line.days then call('ZADD', prefix .. line.days, line.day, line.day) end
    numbers.isNew, numbers.changed = false, true
    at = at + line.count + 1
  end
end

-- What only admins and housekeepers do.
local function administer(plan)
  flush()
  for _, command in ipairs(plan.writes and cjson.decode(plan.writes) or {}) do call(unpack(command)) end
  if plan.edits then call('INCR', prefix .. 'edits') end
  if plan.revise then call('INCR', prefix .. 'revision') end
  readVersions()
end

local time = call('TIME')
local here = time[1] * 1000 + math.floor(time[2] / 1000)
local making

local function transact(plan, text)
  making = false
  -- The clock is this server's: a plan made by one that is off is made anew.
  if tolerance and math.abs(here - plan.now) > tolerance then return {'clock', here} end
  local reason = unexpected(plan)
  if reason then return {reason} end
  local crowded = crowdedOut(plan)
  if #crowded > 0 then return {'crowded', unpack(crowded)} end
  local answer, overrun = judge(plan)
  if answer[1] == 'refused' then return answer end

  making = true
  makeMoves(plan, overrun)
  addSums(plan)
  if plan.keep then keepHold(plan.id, text, plan.keep) end
  if plan.drop then dropHold(plan.id) end
  if plan.enter then enterRow(plan.id, text, plan.list) end
  if plan.writes or plan.edits or plan.revise then administer(plan) end
  return answer
end

-- Several plans may come together. Each stands for itself, save that one which fails half made fails all: nothing is written yet.
readVersions()
local answers = {}
local plan, at = nil, 0
for index = 3, #ARGV do
  plan, at = readPlan(ARGV[2], at)
  local done, answer = pcall(transact, plan, ARGV[index])
  if not done and making then error(answer, 0) end
  answers[#answers + 1] = done and answer or {'failed', tostring(answer)}
end
flush()
return answers
`
