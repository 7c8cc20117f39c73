#pragma once

#include <string_view>

#include "data/status.h"
#include "index/dense/distance.h"

namespace temblor::cli {

/// --metric: "ip", "cosine" or "l2"; empty: cosine.
Result<Distance> parse_metric(std::string_view name);

}  // namespace temblor::cli
