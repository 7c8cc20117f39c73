#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/hit_view.h"
#include "data/document_ids.h"
#include "query/search_parameters.h"

namespace boost::json {
class object;
}

namespace temblor::cli {

/// {results, took_us, counters}, as --json prints it for a query.
boost::json::object answer_json(const std::vector<HitView>& hits, const SearchCounters& counters,
                                double took_us);

/// A line a hit, for a person: rank, score, id, title, and below it the first shares of its score.
std::string hit_lines(const std::vector<HitView>& hits);
/// "10 results in 85 us", the beginning of the line below them.
std::string result_count(size_t hits, double took_us);

/// A line a hit of a TREC run.
std::string run_lines(std::string_view query_id, const DocumentIds& ids, std::span<const Hit> hits);

}  // namespace temblor::cli
