-- For wrk: the arguments are the method, the path, and a file of tokens, one a line, which are used in turn.
-- At the end it prints one line of JSON.

local method, path, tokens, turn

function init(arguments)
  method, path = arguments[1], arguments[2]
  tokens, turn = {}, 0
  for token in io.lines(arguments[3]) do
    tokens[#tokens + 1] = token
  end
end

function request()
  turn = turn % #tokens + 1
  local headers = { Authorization = "Bearer " .. tokens[turn], ["Content-Type"] = "application/json" }
  return wrk.format(method, path, headers, method == "POST" and "{}" or nil)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "failed": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
