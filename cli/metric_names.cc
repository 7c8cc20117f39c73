#include "cli/metric_names.h"

#include <fmt/format.h>

namespace temblor::cli {

Result<Distance> parse_metric(std::string_view name) {
    if (name == "ip") return Distance::kDot;
    if (name == "cosine" || name.empty()) return Distance::kCosine;
    if (name == "l2") return Distance::kEuclid;
    return Status::invalid_argument(
        fmt::format("--metric \"{}\" (expected ip, cosine or l2)", name));
}

}  // namespace temblor::cli
