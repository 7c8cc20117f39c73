#pragma once

#include "cli/evaluation.h"
#include "data/status.h"

namespace boost::json {
class object;
}

namespace temblor::cli {

/// {"mean", "p50", "p99"}, microseconds.
boost::json::object latency_json(const Latency& latency);
/// Prints a report of `eval` as a table, a member a line.
Status print_report_table(const boost::json::object& report);

}  // namespace temblor::cli
